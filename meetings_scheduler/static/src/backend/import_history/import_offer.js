import {Component} from "@odoo/owl";
import {useService} from "@web/core/utils/hooks";
import {ImportDialog} from "./import_dialog";

/** Offers the import to who has connected a calendar, until they have looked at it or said no. */
export class ImportOffer extends Component {
    static template = "meetings_scheduler.ImportOffer";
    static props = {offer: Object, reload: Function};

    setup() {
        this.orm = useService("orm");
        this.dialog = useService("dialog");
    }

    open() {
        this.dialog.add(ImportDialog, {connectionId: this.props.offer.connection_id}, {onClose: this.props.reload});
    }

    async decline() {
        await this.orm.call("scheduling.import", "decline", [this.props.offer.connection_id]);
        await this.props.reload();
    }
}

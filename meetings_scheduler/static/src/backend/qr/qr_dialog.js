import {Component, onWillStart} from "@odoo/owl";
import {Dialog} from "@web/core/dialog/dialog";
import {useService} from "@web/core/utils/hooks";

/** The QR code of a page's link, large enough to be scanned from a screen or printed. */
export class QrDialog extends Component {
    static template = "meetings_scheduler.QrDialog";
    static components = {Dialog};
    static props = {pageId: Number, name: String, url: String, close: Function};

    setup() {
        const orm = useService("orm");
        onWillStart(async () => {
            this.picture = await orm.call("scheduling.page", "get_qr", [[this.props.pageId]]);
        });
    }
}

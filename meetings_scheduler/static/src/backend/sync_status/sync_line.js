import {Component} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {useService} from "@web/core/utils/hooks";
import {HelpLink} from "../calendar_settings/help_link";
import {ImportDialog} from "../import_history/import_dialog";
import {SyncDialog} from "./sync_dialog";

/** One line on how calendar sync of an account is doing, with the ways to the details and to the past. */
export class SyncLine extends Component {
    static template = "meetings_scheduler.SyncLine";
    static components = {HelpLink};
    static props = {connection: Object, reload: Function};

    setup() {
        this.dialog = useService("dialog");
    }

    get text() {
        const {linked, waiting, failed, questions} = this.props.connection.sync;
        const parts = [linked === 1 ? _t("1 meeting linked") : _t("%s meetings linked", linked)];
        if (waiting) {
            parts.push(_t("%s waiting", waiting));
        }
        if (failed) {
            parts.push(_t("%s failed", failed));
        }
        if (questions) {
            parts.push(questions === 1 ? _t("1 question for you") : _t("%s questions for you", questions));
        }
        return parts.join(", ");
    }

    get needsLook() {
        const {failed, questions} = this.props.connection.sync;
        return failed + questions > 0;
    }

    openDetails() {
        const {connection, reload} = this.props;
        this.dialog.add(SyncDialog, {connectionId: connection.id}, {onClose: reload});
    }

    openImport() {
        const {connection, reload} = this.props;
        this.dialog.add(ImportDialog, {connectionId: connection.id}, {onClose: reload});
    }
}

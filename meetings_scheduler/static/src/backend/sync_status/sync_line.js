import {Component, onMounted} from "@odoo/owl";
import {browser} from "@web/core/browser/browser";
import {_t} from "@web/core/l10n/translation";
import {useService} from "@web/core/utils/hooks";
import {HelpLink} from "../calendar_settings/help_link";
import {ImportDialog} from "../import_history/import_dialog";
import {SyncDialog} from "./sync_dialog";

/** One line on what is read from and written into an account, with the ways to the details and to the past. */
export class SyncLine extends Component {
    static template = "meetings_scheduler.SyncLine";
    static components = {HelpLink};
    static props = {connection: Object, reload: Function};

    setup() {
        this.dialog = useService("dialog");
        onMounted(() => this.openNamed());
    }

    /** A mail with a question leads to the details; the address only shows them. */
    openNamed() {
        const id = new URLSearchParams(browser.location.search).get("details");
        if (Number(id) === this.props.connection.id) {
            this.openDetails();
        }
    }

    get text() {
        const {syncs, linked, waiting, failed, questions} = this.props.connection.sync;
        const parts = [];
        if (syncs) {
            parts.push(linked === 1 ? _t("1 meeting linked") : _t("%s meetings linked", linked));
        }
        if (waiting) {
            parts.push(_t("%s waiting", waiting));
        }
        if (failed) {
            parts.push(_t("%s failed", failed));
        }
        if (questions) {
            parts.push(questions === 1 ? _t("1 question for you") : _t("%s questions for you", questions));
        }
        return parts.join(", ") || _t("Nothing waits to be written");
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

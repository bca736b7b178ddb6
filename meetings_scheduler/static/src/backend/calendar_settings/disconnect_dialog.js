import {useState} from "@odoo/owl";
import {CheckBox} from "@web/core/checkbox/checkbox";
import {ConfirmationDialog} from "@web/core/confirmation_dialog/confirmation_dialog";

/** Before a calendar is disconnected: what that means, and whether the calendar of tasks goes as well. */
export class DisconnectDialog extends ConfirmationDialog {
    static template = "meetings_scheduler.DisconnectDialog";
    static components = {...ConfirmationDialog.components, CheckBox};
    static props = {
        ...ConfirmationDialog.props,
        taskCalendar: String,
        disconnect: Function,
    };

    setup() {
        super.setup();
        this.choice = useState({removeTasks: false});
    }

    async _confirm() {
        return this.execButton(() => this.props.disconnect(this.choice.removeTasks));
    }
}

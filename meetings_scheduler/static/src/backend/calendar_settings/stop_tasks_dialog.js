import {Component} from "@odoo/owl";
import {Dialog} from "@web/core/dialog/dialog";

/** Whoever stops showing tasks in an account is asked what becomes of their calendar there. */
export class StopTasksDialog extends Component {
    static template = "meetings_scheduler.StopTasksDialog";
    static components = {Dialog};
    static props = {title: String, about: String, calendar: String, account: String, stop: Function, close: Function};

    stop(remove) {
        this.props.stop(remove);
        this.props.close();
    }
}

/**
 * @param {Object} dialog the service
 * @param {{title: String, about: String, calendar: String, account: String}} question
 * @param {Function} stop called with whether the calendar is to be removed
 * @param {Function} stay called if the user doesn't want to stop at all
 */
export function askAboutCalendar(dialog, question, stop, stay) {
    let answered = false;
    const answer = (remove) => {
        answered = true;
        stop(remove);
    };
    dialog.add(StopTasksDialog, {...question, stop: answer}, {onClose: () => answered || stay()});
}

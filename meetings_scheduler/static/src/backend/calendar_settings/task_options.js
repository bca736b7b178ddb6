import {Component, useState} from "@odoo/owl";
import {CheckBox} from "@web/core/checkbox/checkbox";
import {Dialog} from "@web/core/dialog/dialog";
import {_t} from "@web/core/l10n/translation";
import {useService} from "@web/core/utils/hooks";
import {useKey} from "./choices";
import {AskPermission} from "../permission/ask_permission";
import {HelpLink} from "./help_link";

/** Whoever stops showing tasks is asked what becomes of their calendar. */
export class StopTasksDialog extends Component {
    static template = "meetings_scheduler.StopTasksDialog";
    static components = {Dialog};
    static props = {calendar: String, stop: Function, close: Function};

    setup() {
        this.title = _t("Stop showing tasks?");
    }

    stop(remove) {
        this.props.stop(remove);
        this.props.close();
    }
}

/** Tasks in the calendar: the box, why it can't be ticked, and how tasks are shown. */
export class TaskOptions extends Component {
    static template = "meetings_scheduler.TaskOptions";
    static components = {AskPermission, CheckBox, HelpLink};
    static props = {tasks: Object, connectionId: Number, draft: Object, reload: Function};

    setup() {
        this.dialog = useService("dialog");
        this.draft = useState(this.props.draft);
        this.aboutText = _t("Tasks in my calendar");
        this.howText = _t("How it works");
    }

    /** Without a seat it can't be ticked, but whoever lost theirs can still untick it. */
    get disabled() {
        return !this.props.tasks.can_start && !this.get("use_tasks");
    }

    get time() {
        const minutes = Math.round(this.get("task_hour") * 60);
        return [Math.floor(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, "0")).join(":");
    }

    key(name) {
        return useKey(name, this.props.connectionId);
    }

    get(name) {
        return this.draft[this.key(name)];
    }

    set(name, value) {
        this.draft[this.key(name)] = value;
    }

    setTime(ev) {
        const [hour, minute] = ev.target.value.split(":").map(Number);
        if (Number.isFinite(hour) && Number.isFinite(minute)) {
            this.set("task_hour", hour + minute / 60);
        }
    }

    setUse(value) {
        this.set("use_tasks", value);
        this.set("remove_tasks", false);
        if (value || !this.props.tasks.calendar) {
            return;
        }
        let answered = false;
        const stop = (remove) => {
            answered = true;
            this.set("remove_tasks", remove);
        };
        const onClose = () => {
            if (!answered) {
                this.set("use_tasks", true);
            }
        };
        this.dialog.add(StopTasksDialog, {calendar: this.props.tasks.calendar, stop}, {onClose});
    }
}

import {Component, useState} from "@odoo/owl";
import {CheckBox} from "@web/core/checkbox/checkbox";
import {_t} from "@web/core/l10n/translation";
import {useService} from "@web/core/utils/hooks";
import {useKey} from "./choices";
import {AskPermission} from "../permission/ask_permission";
import {HelpLink} from "./help_link";
import {askAboutCalendar} from "./stop_tasks_dialog";

/** Tasks in the calendar: the box, why it can't be ticked, and how tasks are shown. */
export class TaskOptions extends Component {
    static template = "meetings_scheduler.TaskOptions";
    static components = {AskPermission, CheckBox, HelpLink};
    static props = {connection: Object, draft: Object, reload: Function};

    setup() {
        this.dialog = useService("dialog");
        this.draft = useState(this.props.draft);
        this.aboutText = _t("Tasks in my calendar");
        this.howText = _t("How it works");
    }

    get tasks() {
        return this.props.connection.tasks;
    }

    /** Without a seat, or the right to make a calendar, it can't be ticked, but whoever lost it can still untick it. */
    get disabled() {
        return !this.tasks.can_start && !this.get("use_tasks");
    }

    get time() {
        const minutes = Math.round(this.get("task_hour") * 60);
        return [Math.floor(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, "0")).join(":");
    }

    key(name) {
        return useKey(name, this.props.connection.id);
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
        const {account, task_calendar: calendar} = this.props.connection;
        if (value || !calendar) {
            return;
        }
        const question = {
            title: _t("Stop showing tasks?"),
            about: _t("Your tasks stay in Odoo, but won't be shown in your calendar any more."),
            calendar,
            account,
        };
        askAboutCalendar(
            this.dialog,
            question,
            (remove) => this.set("remove_tasks", remove),
            () => this.set("use_tasks", true)
        );
    }
}

import {Component, onMounted, useState} from "@odoo/owl";
import {browser} from "@web/core/browser/browser";
import {CheckBox} from "@web/core/checkbox/checkbox";
import {deserializeDateTime} from "@web/core/l10n/dates";
import {_t} from "@web/core/l10n/translation";
import {useService} from "@web/core/utils/hooks";
import {whileBusy} from "../busy";
import {calendarKey} from "./choices";
import {HelpLink} from "./help_link";

const {DateTime} = luxon;

/** The calendars of the account: which count as busy, which can't and why, which are lost and how to mend them. */
export class CalendarList extends Component {
    static template = "meetings_scheduler.CalendarList";
    static components = {CheckBox, HelpLink};
    static props = {connection: Object, others: Number, draft: Object, reload: Function};

    setup() {
        this.orm = useService("orm");
        this.notification = useService("notification");
        this.draft = useState(this.props.draft);
        this.state = useState({busy: false});
        this.howText = _t("How");
        onMounted(() => this.goToNamed());
    }

    /** A mail about a lost calendar leads to its cures; the address only shows them. */
    goToNamed() {
        const id = Number(new URLSearchParams(browser.location.search).get("calendar"));
        const cure = id && document.querySelector(`.o_meetings_inactive [data-lost="${id}"] button`);
        if (cure) {
            cure.scrollIntoView({block: "center"});
            cure.focus();
        }
    }

    get readable() {
        const calendars = this.props.connection.calendars.filter((calendar) => !calendar.lost);
        return [...calendars.filter(({usable}) => usable), ...calendars.filter(({usable}) => !usable)];
    }

    get lost() {
        return this.props.connection.calendars.filter((calendar) => calendar.lost);
    }

    key(calendar) {
        return calendarKey(calendar.id);
    }

    set(calendar, value) {
        this.draft[this.key(calendar)] = value;
    }

    dot(calendar) {
        return calendar.color ? `color: ${calendar.color}` : "";
    }

    since(calendar) {
        if (!calendar.lost_at) {
            return _t("Access lost");
        }
        const moment = deserializeDateTime(calendar.lost_at);
        const time = moment.toLocaleString(DateTime.TIME_SIMPLE);
        const days = Math.round(DateTime.local().startOf("day").diff(moment.startOf("day"), "days").days);
        const day = days < 2 ? moment.toRelativeCalendar() : moment.toLocaleString({day: "numeric", month: "short"});
        return _t("Access lost %(day)s, %(time)s", {day, time});
    }

    async checkAgain(calendar) {
        const {connections} = await this.change(calendar, "action_check_again");
        // Not by the props, which are those of before until the screen is drawn anew.
        const connection = connections.find(({id}) => id === this.props.connection.id);
        const now = connection?.calendars.find(({id}) => id === calendar.id);
        if (connection?.state === "connected" && !now?.lost) {
            this.notification.add(_t("“%s” works again: visitors can book you.", calendar.name), {
                type: "success",
            });
        } else {
            this.notification.add(_t("“%s” still can't be used.", calendar.name), {type: "warning"});
        }
    }

    async remove(calendar) {
        await this.change(calendar, "action_remove");
        this.notification.add(_t("“%s” doesn't count any more.", calendar.name), {type: "success"});
    }

    async change(calendar, method) {
        return whileBusy(this.state, async () => {
            await this.orm.call("scheduling.calendar", method, [[calendar.id]]);
            return await this.props.reload();
        });
    }
}

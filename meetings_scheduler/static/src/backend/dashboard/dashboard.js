import {Component, onWillStart, onWillUnmount, useState} from "@odoo/owl";
import {browser} from "@web/core/browser/browser";
import {deserializeDateTime} from "@web/core/l10n/dates";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {useService} from "@web/core/utils/hooks";
import {Layout} from "@web/search/layout";
import {standardActionServiceProps} from "@web/webclient/actions/action_service";
import {ImportOffer} from "../import_history/import_offer";
import {BookingRow} from "./booking_row";
import {CalendarCard} from "./calendar_card";
import {PageCard} from "./page_card";
import {FirstSteps} from "./first_steps";

const {DateTime} = luxon;
const CHANGED = "meetings_scheduler/changed";
const MINUTE = 60000;

/**
 * The first screen of the Meetings app: the calendar's health, what waits for an answer, what comes next, my pages.
 */
export class MeetingsDashboard extends Component {
    static template = "meetings_scheduler.Dashboard";
    static components = {BookingRow, CalendarCard, FirstSteps, ImportOffer, Layout, PageCard};
    static props = {...standardActionServiceProps};

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.notification = useService("notification");
        this.state = useState({data: null});
        // A booking that arrives appears by itself: at once over the bus, within a minute where that can't be reached.
        const bus = useService("bus_service");
        const reload = () => this.load();
        bus.subscribe(CHANGED, reload);
        const timer = browser.setInterval(() => document.hidden || this.load(), MINUTE);
        onWillUnmount(() => {
            bus.unsubscribe(CHANGED, reload);
            browser.clearInterval(timer);
        });
        onWillStart(() => this.load());
    }

    async load() {
        this.state.data = await this.orm.call("scheduling.dashboard", "get_data", []);
    }

    get zone() {
        return DateTime.local().zoneName;
    }

    /**
     * @returns {{key: String, label: String, bookings: Object[]}[]} the next bookings by day of the user's zone
     */
    get days() {
        const days = new Map();
        for (const booking of this.state.data.bookings) {
            const day = deserializeDateTime(booking.start).startOf("day");
            const key = day.toISODate();
            if (!days.has(key)) {
                days.set(key, {key, label: this.dayLabel(day), bookings: []});
            }
            days.get(key).bookings.push(booking);
        }
        return [...days.values()];
    }

    dayLabel(day) {
        const date = day.toLocaleString({weekday: "long", day: "numeric", month: "long"});
        const distance = Math.round(day.diff(DateTime.local().startOf("day"), "days").days);
        if (distance <= 0) {
            return _t("Today, %s", date);
        }
        return distance === 1 ? _t("Tomorrow, %s", date) : date;
    }

    openPage(id) {
        this.action.doAction("meetings_scheduler.action_scheduling_page_form", {props: {resId: id || false}});
    }

    openBookings(requestsOnly) {
        this.action.doAction("meetings_scheduler.action_scheduling_booking", {
            additionalContext: requestsOnly ? {search_default_to_answer: 1, search_default_upcoming: 0} : {},
        });
    }

    async leavePage(page) {
        await this.orm.call("scheduling.host", "leave", [page.id]);
        this.notification.add(
            _t("You don't host “%(page)s” any more. %(owner)s is told.", {page: page.name, owner: page.owner}),
            {type: "success"}
        );
        await this.load();
    }

    openSettings() {
        this.action.doAction("meetings_scheduler.action_calendar_settings");
    }

    async connect() {
        await this.orm.call("scheduling.connection", "action_connect_odoo", []);
        await this.load();
    }
}

registry.category("actions").add("meetings_scheduler.dashboard", MeetingsDashboard);

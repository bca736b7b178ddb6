import {Component, onWillUnmount, useState} from "@odoo/owl";
import {browser} from "@web/core/browser/browser";
import {_t} from "@web/core/l10n/translation";

const TICK = 10;

/** Whether the connected calendar is being read, told by a light and in words: colour alone says nothing to some. */
export class CalendarCard extends Component {
    static template = "meetings_scheduler.CalendarCard";
    static props = {calendar: {type: [Object, {value: null}]}, connect: Function};

    setup() {
        this.state = useState({shown: 0, busy: false});
        const timer = browser.setInterval(() => {
            this.state.shown += TICK;
        }, TICK * 1000);
        onWillUnmount(() => browser.clearInterval(timer));
    }

    get light() {
        const light = this.props.calendar?.light;
        return {green: "text-success", amber: "text-warning", red: "text-danger"}[light] || "text-muted";
    }

    get health() {
        const {light, live, age, lost_reason: reason} = this.props.calendar;
        if (light === "red") {
            return reason
                ? _t("Visitors can't book you. %s", reason)
                : _t("Access lost: visitors can't book you until the calendar can be read again.");
        }
        if (live) {
            return _t("Up to date: every change counts at once.");
        }
        return light === "green" ? _t("Checked %s ago", this.ago(age)) : _t("Last read %s ago", this.ago(age));
    }

    ago(age) {
        const seconds = age + this.state.shown;
        if (seconds < 90) {
            return _t("%s s", seconds);
        }
        const minutes = Math.round(seconds / 60);
        return minutes < 90 ? _t("%s min", minutes) : _t("%s h", Math.round(minutes / 60));
    }

    async connect() {
        this.state.busy = true;
        try {
            await this.props.connect();
        } finally {
            this.state.busy = false;
        }
    }
}

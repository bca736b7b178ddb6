import {Component, useState} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {useService} from "@web/core/utils/hooks";
import {whileBusy} from "../busy";
import {healthText, lightClass} from "../health";
import {useInterval} from "../interval";

const TICK = 10; // seconds

/** Whether the connected calendar is being read, told by a light and in words: colour alone says nothing to some. */
export class CalendarCard extends Component {
    static template = "meetings_scheduler.CalendarCard";
    static props = {calendar: {type: [Object, {value: null}]}, others: Boolean, connect: Function};

    setup() {
        this.action = useService("action");
        this.state = useState({shown: 0, busy: false});
        useInterval(() => {
            this.state.shown += TICK;
        }, TICK * 1000);
    }

    get title() {
        const {calendar, others} = this.props;
        if (!others) {
            return _t("Your calendar");
        }
        return {
            all: _t("Main account"),
            busy: _t("Further account"),
            pages: _t("For scheduling pages"),
            sync: _t("For calendar sync"),
        }[calendar.purpose];
    }

    get light() {
        return lightClass(this.props.calendar);
    }

    get health() {
        return healthText(this.props.calendar, this.state.shown);
    }

    openSettings() {
        this.action.doAction("meetings_scheduler.action_calendar_settings");
    }

    connect() {
        return whileBusy(this.state, () => this.props.connect());
    }
}

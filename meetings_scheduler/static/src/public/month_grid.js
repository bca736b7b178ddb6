import {Component, onPatched, useRef} from "@odoo/owl";

import {addDays, weeksOf} from "./dates";

/** A month as an ARIA grid: one day is in the tab order, arrow keys lead to the others. */
export class MonthGrid extends Component {
    static template = "meetings_scheduler.MonthGrid";
    static props = {
        month: String,
        day: {type: [String, {value: null}]},
        free: Object, // Map of day to instants
        focus: {type: [String, {value: null}]},
        today: String,
        weekStart: Number,
        words: Object,
        loading: Boolean,
        onChoose: Function,
        onFocusDay: Function, // (day), may lie in another month
    };

    setup() {
        this.table = useRef("table");
        // Keys move the focus, and a new month has to be drawn before its day can have it.
        this.moving = false;
        onPatched(() => {
            if (this.moving) {
                const button = this.table.el.querySelector("[tabindex='0']");
                if (button && button.dataset.day === this.props.focus) {
                    button.focus();
                    this.moving = false;
                }
            }
        });
    }

    get weeks() {
        return weeksOf(this.props.month, this.props.weekStart);
    }

    get tabDay() {
        const {focus, day, month} = this.props;
        return [focus, day, this.firstFree].find((each) => each && each.startsWith(month)) || `${month}-01`;
    }

    get firstFree() {
        return [...this.props.free.keys()].filter((day) => day.startsWith(this.props.month)).sort()[0];
    }

    isFree(day) {
        return !this.props.loading && this.props.free.has(day);
    }

    number(day) {
        return Number(day.slice(8));
    }

    label(day) {
        return this.props.words.longDay(day);
    }

    choose(day) {
        if (this.isFree(day)) {
            this.props.onChoose(day);
        }
    }

    onKeydown(ev, day) {
        const forward = document.documentElement.dir === "rtl" ? -1 : 1;
        const column = this.weeks.find((week) => week.includes(day)).indexOf(day);
        const moves = {
            ArrowLeft: -forward,
            ArrowRight: forward,
            ArrowUp: -7,
            ArrowDown: 7,
            Home: -column,
            End: 6 - column,
            PageUp: -28,
            PageDown: 28,
        };
        if (ev.key in moves) {
            ev.preventDefault();
            this.moving = true;
            this.props.onFocusDay(addDays(day, moves[ev.key]));
        }
    }
}

import {Component, markup, onMounted, onPatched, onWillUnmount, useRef, useState} from "@odoo/owl";

import {_t} from "@web/core/l10n/translation";
import {ApiClient, ApiError} from "./api_client";
import {BookingForm} from "./booking_form";
import {Confirmation} from "./confirmation";
import {addMonths, browserZone, dayOf, groupByDay, lastDay, Words, zoneLabel} from "./dates";
import {Hold} from "./hold";
import {MonthGrid} from "./month_grid";
import {ZonePicker} from "./zone_picker";

const ALL_FIELDS = {first_name: "", last_name: "", email: "", phone: "", guests: "", consent: false, company_fax: ""};

/** Month, times, form and confirmation in place; draws at first what the server has drawn. */
export class BookingApp extends Component {
    static template = "meetings_scheduler.BookingApp";
    static components = {BookingForm, Confirmation, MonthGrid, ZonePicker};
    static props = {config: Object, onReady: Function};

    setup() {
        const {config} = this.props;
        this.info = config.info;
        this.description = markup(config.info.description || "");
        this.words = new Words(config.lang);
        this.api = new ApiClient(config.lang);
        this.moving = config.mode === "move";
        this.owner = this.moving ? `/bookings/${config.token}` : `/pages/${this.info.slug}`;
        this.main = useRef("main");
        this.shownStep = "month";
        const keepsTimes = !this.moving && this.info.online && this.info.hold_minutes;
        this.hold = useState(new Hold(this.api, keepsTimes ? this.info.slug : null));
        this.known = new Map(); // months read already, by zone, duration and month
        const zone = config.zoneChosen ? config.zone : browserZone();
        this.state = useState({
            zone,
            duration: config.duration,
            month: config.month,
            day: null,
            focus: null,
            slots: config.slots,
            seats: config.seats, // of a group: those left, by instant
            nextFree: null,
            loading: false,
            failure: null, // function that tries again
            step: "month", // month, times, form, done; only a telephone tells the first two apart
            start: null,
            errors: {},
            message: "",
            alternatives: [],
            sending: false,
            result: null,
            spoken: "",
        });
        this.values = useState({...ALL_FIELDS, answers: {}, reason: ""});
        this.state.day = config.day && this.free.has(config.day) ? config.day : this.firstFreeDay();
        if (config.day && this.state.day === config.day) {
            this.state.step = "times";
        }
        this.firstKnown = config.slots.find((slot) => dayOf(slot, zone).startsWith(config.month)) || null;
        onMounted(() => {
            this.props.onReady();
            if (!this.firstFreeDay()) {
                this.showMonth(this.state.month);
            }
        });
        onWillUnmount(() => this.hold.end());
        onPatched(() => {
            if (this.focusNext) {
                const target = this.main.el.querySelector(this.focusNext);
                this.focusNext = null;
                target?.focus({preventScroll: true});
                target?.scrollIntoView({block: "nearest"});
            }
            if (this.shownStep !== this.state.step) {
                this.shownStep = this.state.step;
                // A long list of times leaves the next step above the screen.
                if (this.main.el.getBoundingClientRect().top < 0) {
                    this.main.el.scrollIntoView({block: "start"});
                }
            }
        });
    }

    // ------------------------------------------------------------ what is shown

    get free() {
        return groupByDay(this.state.slots, this.state.zone);
    }

    firstFreeDay() {
        return [...this.free.keys()].find((day) => day.startsWith(this.state.month)) || null;
    }

    get times() {
        return this.free.get(this.state.day) || [];
    }

    get today() {
        return dayOf(luxon.DateTime.now().toISO(), this.state.zone);
    }

    get monthLabel() {
        return this.words.month(this.state.month);
    }

    get nextFree() {
        return this.state.nextFree || this.firstKnown;
    }

    get noTimes() {
        return _t("No times in %(month)s.", {month: this.monthLabel});
    }

    get nextFreeLabel() {
        return _t("Next free: %(day)s", {day: this.words.longDay(dayOf(this.nextFree, this.state.zone))});
    }

    get offlineNote() {
        return _t(
            "%(host)s's calendar isn't connected right now. You can ask for a time and get an answer by e-mail.",
            {host: this.info.host.name}
        );
    }

    get locationIcon() {
        return {phone: "fa-phone", place: "fa-map-marker"}[this.info.location.type] || "fa-video-camera";
    }

    get zoneName() {
        return zoneLabel(this.state.zone);
    }

    canShow(month) {
        const [first, last] = this.props.config.months;
        return first <= month && month <= last;
    }

    neighbour(count) {
        return addMonths(this.state.month, count);
    }

    clock(instant) {
        return this.words.clock(instant, this.state.zone);
    }

    seatsNote(instant) {
        const count = this.state.seats[instant];
        return count === 1 ? _t("1 seat left") : _t("%(count)s seats left", {count});
    }

    moment(instant) {
        return `${this.words.longDay(dayOf(instant, this.state.zone))}, ${this.clock(instant)}`;
    }

    // ------------------------------------------------------------ month and times

    /** @param {string|null} day chosen in the month, its first free day if null */
    async showMonth(month, day = null, focus = null) {
        const {zone, duration} = this.state;
        const key = [zone, duration, month].join();
        Object.assign(this.state, {month, day, focus, failure: null});
        if (!this.known.has(key)) {
            this.state.loading = true;
            try {
                const query = {from: `${month}-01`, to: lastDay(month), tz: zone, duration, ...this.hold.owner};
                this.known.set(key, await this.api.slots(this.owner, query));
            } catch (error) {
                if (this.isCurrent(key)) {
                    const failure = {message: error.message, retry: () => this.showMonth(month, day, focus)};
                    Object.assign(this.state, {loading: false, slots: [], seats: {}, nextFree: null, failure});
                }
                return;
            }
        }
        // The visitor may have gone on while the answer was under way.
        if (this.isCurrent(key)) {
            Object.assign(this.state, {...this.known.get(key), loading: false});
            this.state.day = day && this.free.has(day) ? day : this.firstFreeDay();
            const count = [...this.free.keys()].filter((each) => each.startsWith(month)).length;
            this.say(
                count ? _t("%(month)s: %(count)s days with free time", {month: this.monthLabel, count}) : this.noTimes
            );
        }
    }

    isCurrent(key) {
        return key === [this.state.zone, this.state.duration, this.state.month].join();
    }

    chooseDay(day) {
        Object.assign(this.state, {day, focus: day, step: "times"});
        this.say(_t("%(day)s: %(count)s free times", {day: this.words.longDay(day), count: this.times.length}));
    }

    focusDay(day) {
        const month = day.slice(0, 7);
        if (month === this.state.month) {
            this.state.focus = day;
        } else if (this.canShow(month)) {
            this.showMonth(month, null, day);
        }
    }

    goToNextFree() {
        const day = dayOf(this.nextFree, this.state.zone);
        this.focusNext = ".o_ms_month_label";
        this.showMonth(day.slice(0, 7), day);
    }

    chooseZone(zone) {
        this.state.zone = zone;
        this.showMonth(this.state.month);
    }

    chooseDuration(duration) {
        this.state.duration = duration;
        this.showMonth(this.state.month, this.state.day);
    }

    chooseTime(start) {
        Object.assign(this.state, {start, step: "form", errors: {}, message: "", alternatives: []});
        this.focusNext = this.moving ? ".o_ms_form h2" : null;
        this.keep(start);
    }

    async keep(start) {
        const {duration, zone} = this.state;
        const refusal = await this.hold.keep({start, duration, timezone: zone});
        // Whatever else keeps it from being kept says so, if it matters, when the form is sent.
        const matters = refusal && ["slot_taken", "not_free"].includes(refusal.code);
        if (matters && this.state.step === "form" && this.state.start === start) {
            this.refused(refusal);
        }
    }

    get keptNote() {
        return _t("This time is kept for you until %(time)s.", {time: this.clock(this.hold.until)});
    }

    back() {
        const toTimes = this.state.step === "form";
        this.focusNext = toTimes ? `[data-start="${this.state.start}"]` : `[data-day="${this.state.day}"]`;
        this.state.step = toTimes ? "times" : "month";
    }

    say(text) {
        this.state.spoken = text;
    }

    // ------------------------------------------------------------ booking

    get payload() {
        const {start, duration, zone} = this.state;
        const {reason, ...details} = this.values;
        if (this.moving) {
            return {start, duration, timezone: zone, reason};
        }
        return {...details, start, duration, timezone: zone, utm: this.props.config.utm, ...this.hold.owner};
    }

    async submit() {
        if (this.state.sending) {
            return;
        }
        Object.assign(this.state, {sending: true, errors: {}, message: "", alternatives: []});
        const payload = this.payload;
        try {
            const result = this.moving
                ? await this.api.reschedule(this.props.config.token, payload)
                : await this.api.book(this.info.slug, payload);
            this.focusNext = ".o_ms_done h1";
            Object.assign(this.state, {result, step: "done"});
            if (result.manage_url) {
                // Reloading shows the meeting again instead of an empty calendar.
                history.replaceState(null, "", new URL(result.manage_url).pathname);
            }
        } catch (error) {
            this.refused(error);
        } finally {
            this.state.sending = false;
        }
    }

    refused(error) {
        if (!(error instanceof ApiError)) {
            throw error;
        }
        const fields = error.fields.length ? error.fields : error.field ? [error] : [];
        this.state.errors = Object.fromEntries(fields.map(({field, message}) => [field, message]));
        this.state.alternatives = error.alternatives.map((slot) => slot.start);
        const marked = fields.some(({field}) => field !== "start");
        if (marked) {
            this.state.message = _t("Please correct the marked fields.");
        } else {
            this.state.message = error.status
                ? error.message
                : _t("Can't reach the calendar. Nothing you typed is lost: try again.");
            this.focusNext = ".o_ms_refusal";
        }
        if (error.status === 409) {
            this.known.clear(); // what was read before is out of date
        }
    }
}

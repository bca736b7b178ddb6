import {Component, markup, onMounted, onPatched, onWillUnmount, useRef, useState} from "@odoo/owl";

import {_t} from "@web/core/l10n/translation";
import {ApiClient} from "./api_client";
import {BookingForm} from "./booking_form";
import {Confirmation} from "./confirmation";
import {addMonths, browserZone, dayOf, groupByDay, lastDay, Words, zoneLabel} from "./dates";
import {MonthGrid} from "./month_grid";
import {ZonePicker} from "./zone_picker";

/** @returns {string} 128 random bits */
function randomHex() {
    const bytes = window.crypto.getRandomValues(new Uint8Array(16));
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

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
            keptUntil: null, // instant until which nobody else can take it
            lapsed: false, // it was kept, and isn't any more
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
        onWillUnmount(() => clearTimeout(this.lapse));
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
                const query = {from: `${month}-01`, to: lastDay(month), tz: zone, duration, ...this.ownHold};
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

    /** Where the page does so, keeps the chosen time while the form is filled in; if it can't, booking is as ever. */
    async keep(start) {
        clearTimeout(this.lapse);
        Object.assign(this.state, {keptUntil: null, lapsed: false});
        if (this.moving || !this.info.online || !this.info.hold_minutes) {
            return;
        }
        this.holdToken ||= randomHex();
        const {duration, zone} = this.state;
        const isCurrent = () => this.state.step === "form" && this.state.start === start;
        try {
            const kept = await this.api.hold(this.info.slug, {start, duration, timezone: zone, ...this.ownHold});
            if (isCurrent()) {
                this.state.keptUntil = kept.expires_at;
                const left = Math.max(new Date(kept.expires_at) - Date.now(), 0);
                this.lapse = setTimeout(
                    () => Object.assign(this.state, {keptUntil: null, lapsed: this.state.step === "form"}),
                    left
                );
            }
        } catch (error) {
            if (!("status" in error)) {
                throw error;
            }
            if (isCurrent() && ["slot_taken", "not_free"].includes(error.code)) {
                this.refused(error);
            }
        }
    }

    get ownHold() {
        return this.holdToken ? {hold: this.holdToken} : {};
    }

    get keptNote() {
        return _t("This time is kept for you until %(time)s.", {time: this.clock(this.state.keptUntil)});
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
        return {...details, start, duration, timezone: zone, utm: this.props.config.utm, ...this.ownHold};
    }

    /** The same data keeps its key, so that a repeat after a lost answer is not a second booking. */
    keyFor(payload) {
        const text = JSON.stringify(payload);
        if (text !== this.sentText) {
            this.sentKey = randomHex();
            this.sentText = text;
        }
        return this.sentKey;
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
                : await this.api.book(this.info.slug, {...payload, idempotency_key: this.keyFor(payload)});
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
        if (!("status" in error)) {
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

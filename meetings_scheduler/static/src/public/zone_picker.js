import {Component, onPatched, useExternalListener, useRef, useState} from "@odoo/owl";

import {zoneLabel} from "./dates";

const SHOWN = 60;

/** The visitor's time zone by name, with a list that can be searched. */
export class ZonePicker extends Component {
    static template = "meetings_scheduler.ZonePicker";
    static props = {zone: String, words: Object, onChoose: Function};

    setup() {
        this.root = useRef("root");
        this.state = useState({open: false, query: "", active: 0});
        this.focusNext = null;
        onPatched(() => {
            if (this.focusNext) {
                this.root.el.querySelector(this.focusNext)?.focus();
                this.focusNext = null;
            }
            this.root.el.querySelector("[aria-selected='true']")?.scrollIntoView({block: "nearest"});
        });
        useExternalListener(window, "click", (ev) => {
            if (this.state.open && !this.root.el.contains(ev.target)) {
                this.state.open = false;
            }
        });
    }

    label(zone) {
        return zoneLabel(zone);
    }

    get zones() {
        const words = this.state.query
            .toLowerCase()
            .split(/[\s/_]+/)
            .filter(Boolean);
        const all = [...new Set([this.props.zone, ...Intl.supportedValuesOf("timeZone"), "UTC"])];
        return all.filter((zone) => words.every((word) => zone.toLowerCase().includes(word))).slice(0, SHOWN);
    }

    open() {
        Object.assign(this.state, {open: true, query: "", active: 0});
        this.focusNext = "input";
    }

    close() {
        this.state.open = false;
        this.focusNext = ".o_ms_zone";
    }

    choose(zone) {
        this.close();
        this.props.onChoose(zone);
    }

    onInput(ev) {
        Object.assign(this.state, {query: ev.target.value, active: 0});
    }

    onKeydown(ev) {
        const zones = this.zones;
        const steps = {ArrowDown: 1, ArrowUp: -1};
        if (ev.key in steps && zones.length) {
            ev.preventDefault();
            this.state.active = (this.state.active + steps[ev.key] + zones.length) % zones.length;
        } else if (ev.key === "Enter" && zones.length) {
            ev.preventDefault();
            this.choose(zones[this.state.active]);
        } else if (ev.key === "Escape") {
            this.close();
        }
    }
}

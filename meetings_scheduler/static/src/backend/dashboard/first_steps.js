import {Component, useState} from "@odoo/owl";
import {CopyButton} from "@web/core/copy_button/copy_button";
import {_t} from "@web/core/l10n/translation";
import {whileBusy} from "../busy";
import {ConnectCards} from "../calendar_settings/connect_cards";

/** Three steps, one button each, for who has never been booked. */
export class FirstSteps extends Component {
    static template = "meetings_scheduler.FirstSteps";
    static components = {ConnectCards, CopyButton};
    static props = {
        calendar: {type: [Object, {value: null}]},
        pages: Array,
        providers: Array,
        reload: Function,
        openSettings: Function,
        connect: Function,
        openPage: Function,
    };

    setup() {
        this.copyText = _t("Copy my link");
        this.copiedText = _t("Copied");
        this.state = useState({busy: false});
    }

    /** @returns {Object[]} what can be connected with one click; the settings say what the others need */
    get available() {
        return this.props.providers.filter((provider) => !provider.obstacle);
    }

    get hasChoice() {
        return !this.props.calendar && this.available.length > 1;
    }

    get page() {
        return this.props.pages.find((page) => page.online);
    }

    /** @returns {Number} the first step that is not done: its button is the one to press */
    get current() {
        if (!this.props.calendar) {
            return 1;
        }
        return this.page ? 3 : 2;
    }

    connect() {
        return whileBusy(this.state, () => this.props.connect());
    }
}

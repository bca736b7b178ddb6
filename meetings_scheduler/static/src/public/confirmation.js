import {Component} from "@odoo/owl";

import {_t} from "@web/core/l10n/translation";
import {dayOf, zoneLabel} from "./dates";

/** What the visitor is left with: what, when, where, and how to change it. */
export class Confirmation extends Component {
    static template = "meetings_scheduler.Confirmation";
    static props = {booking: Object, words: Object, moved: Boolean};

    /** Filled-in trap: an answer that tells a machine nothing. */
    get isKnown() {
        return Boolean(this.props.booking.id);
    }

    get heading() {
        const {state, host} = this.props.booking;
        if (!this.isKnown) {
            return _t("Thank you");
        }
        if (state === "requested") {
            return _t("Request sent");
        }
        return this.props.moved ? _t("Your meeting is moved") : _t("You're booked with %(host)s", {host});
    }

    get lead() {
        const {state, host, visitor} = this.props.booking;
        if (!this.isKnown) {
            return _t("If your request went through, you will find a message in your mailbox in a moment.");
        }
        return state === "requested"
            ? _t("%(host)s will answer by e-mail to %(email)s. Nothing is fixed until then.", {
                  host,
                  email: visitor.email,
              })
            : _t("The invitation is on its way to %(email)s.", {email: visitor.email});
    }

    get day() {
        const {start, timezone} = this.props.booking;
        return this.props.words.longDay(dayOf(start, timezone));
    }

    get time() {
        const {start, end, timezone} = this.props.booking;
        const {words} = this.props;
        return `${words.clock(start, timezone)} – ${words.clock(end, timezone)} (${zoneLabel(timezone)})`;
    }

    get manage() {
        // The page may be served at another address than the one links carry.
        return new URL(this.props.booking.manage_url).pathname;
    }
}

import {Component, useState} from "@odoo/owl";
import {deserializeDateTime} from "@web/core/l10n/dates";
import {_t} from "@web/core/l10n/translation";
import {useService} from "@web/core/utils/hooks";
import {whileBusy} from "../busy";

const {DateTime} = luxon;

/** One meeting of the dashboard; a request carries its answers. */
export class BookingRow extends Component {
    static template = "meetings_scheduler.BookingRow";
    static props = {booking: Object, request: Boolean, reload: Function};

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.notification = useService("notification");
        this.state = useState({busy: false});
    }

    get start() {
        return deserializeDateTime(this.props.booking.start);
    }

    get time() {
        const start = this.start.toLocaleString(DateTime.TIME_SIMPLE);
        const end = deserializeDateTime(this.props.booking.stop).toLocaleString(DateTime.TIME_SIMPLE);
        return _t("%(start)s to %(end)s", {start, end});
    }

    get day() {
        return this.start.toLocaleString({weekday: "short", day: "numeric", month: "short"});
    }

    get facts() {
        return [this.props.booking.page, this.props.booking.where].filter(Boolean).join(" · ");
    }

    open() {
        this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "scheduling.booking",
            res_id: this.props.booking.id,
            views: [[false, "form"]],
        });
    }

    async accept() {
        await whileBusy(this.state, () =>
            this.orm.call("scheduling.booking", "action_accept", [[this.props.booking.id]])
        );
        this.notification.add(_t("Accepted. %s gets a mail with the meeting.", this.props.booking.visitor), {
            type: "success",
        });
        await this.props.reload();
    }

    async suggest() {
        this.state.busy = true;
        try {
            const open = await this.orm.call("scheduling.booking", "action_suggest", [this.props.booking.id]);
            await this.action.doAction(open);
        } finally {
            this.state.busy = false;
        }
    }

    decline() {
        this.action.doAction("meetings_scheduler.action_scheduling_reason", {
            additionalContext: {default_booking_id: this.props.booking.id, default_kind: "decline"},
            onClose: () => this.props.reload(),
        });
    }
}

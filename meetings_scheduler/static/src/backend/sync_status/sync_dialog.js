import {Component, onWillStart, useState} from "@odoo/owl";
import {ConfirmationDialog} from "@web/core/confirmation_dialog/confirmation_dialog";
import {Dialog} from "@web/core/dialog/dialog";
import {_t} from "@web/core/l10n/translation";
import {useService} from "@web/core/utils/hooks";
import {whileBusy} from "../busy";
import {useInterval} from "../interval";
import {momentText} from "../moments";

const STATUS = "scheduling.sync.status";
const LOOK_EVERY = 10000;

/** What calendar sync has not done yet, and why; what it asks its owner; when it reads. */
export class SyncDialog extends Component {
    static template = "meetings_scheduler.SyncDialog";
    static components = {Dialog};
    static props = {connectionId: Number, close: Function};

    setup() {
        this.orm = useService("orm");
        this.dialog = useService("dialog");
        this.notification = useService("notification");
        this.momentText = momentText;
        this.state = useState({data: null, busy: false});
        // What is tried again by itself leaves the list by itself.
        useInterval(() => document.hidden || this.state.busy || this.load(), LOOK_EVERY);
        onWillStart(() => this.load());
    }

    async load() {
        this.state.data = await this.orm.call(STATUS, "get_data", [this.props.connectionId]);
    }

    get data() {
        return this.state.data;
    }

    get isFine() {
        const {failed, held, doubts, error} = this.data;
        return !failed.length && !held && !doubts.length && !error;
    }

    get counted() {
        const {linked, waiting} = this.data;
        const first = linked === 1 ? _t("1 meeting is linked.") : _t("%s meetings are linked.", linked);
        if (!waiting) {
            return first;
        }
        const second =
            waiting === 1
                ? _t("1 is about to be written into the calendar.")
                : _t("%s are about to be written into the calendar.", waiting);
        return `${first} ${second}`;
    }

    get reads() {
        const {last_read: last, next_read: next} = this.data;
        const parts = [last ? _t("Last read %s.", momentText(last)) : _t("Not read yet.")];
        if (next) {
            parts.push(_t("Next read %s.", momentText(next)));
        }
        return parts.join(" ");
    }

    tries({attempts, next_attempt: next}) {
        const tried = attempts === 1 ? _t("Tried once.") : _t("Tried %s times.", attempts);
        const then = next ? _t("Next try %s.", momentText(next)) : _t("Not tried again by itself.");
        return `${tried} ${then}`;
    }

    doubtText({doubt}) {
        return {
            gone: _t("It isn't in Odoo any more, but still in your calendar."),
            archived: _t("It is archived in Odoo, but still in your calendar."),
            guests: _t("Its guests in Odoo are others than in your calendar."),
        }[doubt];
    }

    followText({doubt}) {
        return doubt === "guests" ? _t("Use Odoo's guests") : _t("Cancel it in my calendar");
    }

    /** Does one thing at a time, and shows what became of it. */
    async act(model, method, args, done) {
        try {
            await whileBusy(this.state, () => this.orm.call(model, method, args));
            if (done) {
                this.notification.add(done, {type: "success"});
            }
        } finally {
            await this.load();
        }
    }

    readNow() {
        return this.act(STATUS, "read_now", [this.props.connectionId]);
    }

    retry({id}) {
        return this.act(STATUS, "retry", [id], _t("It is tried again now."));
    }

    giveUp({id, what}) {
        this.ask({
            title: _t("Give up on “%s”?", what),
            body: _t("It stays as it is, in Odoo and in your calendar. If it is changed again, it is tried anew."),
            confirmLabel: _t("Give up"),
            cancelLabel: _t("Not yet"),
            confirm: () => this.act(STATUS, "give_up", [id]),
        });
    }

    settle(doubt, follow) {
        const send = () => this.act(STATUS, "settle", [doubt.id, follow]);
        if (!follow) {
            return send();
        }
        return this.ask({
            title: this.followText(doubt),
            body: _t("Your calendar tells the guests."),
            confirmLabel: this.followText(doubt),
            cancelLabel: _t("Not yet"),
            confirm: send,
        });
    }

    cancelRemoved() {
        const {held, main_calendar_id: calendar} = this.data;
        this.ask({
            title: _t("Cancel %s meetings in Odoo?", held),
            body: _t("They stay on record as cancelled."),
            confirmLabel: _t("Cancel these meetings"),
            cancelLabel: _t("Not yet"),
            confirm: () =>
                this.act("scheduling.calendar", "action_cancel_removed", [[calendar]], _t("They are being cancelled.")),
        });
    }

    keepRemoved() {
        return this.act("scheduling.calendar", "action_keep_removed", [[this.data.main_calendar_id]], _t("Kept."));
    }

    ask(props) {
        this.dialog.add(ConfirmationDialog, {cancel: () => undefined, ...props});
    }
}

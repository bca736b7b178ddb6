import {Component, onWillStart, useState} from "@odoo/owl";
import {ConfirmationDialog} from "@web/core/confirmation_dialog/confirmation_dialog";
import {Dialog} from "@web/core/dialog/dialog";
import {deserializeDateTime} from "@web/core/l10n/dates";
import {_t} from "@web/core/l10n/translation";
import {useService} from "@web/core/utils/hooks";
import {whileBusy} from "../busy";
import {useInterval} from "../interval";
import {momentText} from "../moments";
import {refusal} from "../refusal";

const {DateTime} = luxon;

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
        this.state = useState({data: null, busy: false, problem: ""});
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

    /** @returns {String} what can be said if nothing waits, failed or is asked; empty if something is */
    get fine() {
        const {syncs, waiting, failed, held, doubts, left, error, stalled} = this.data;
        if (waiting || failed.length || held || doubts.length || left || error || stalled) {
            return "";
        }
        return syncs ? _t("Odoo and your calendar say the same.") : _t("All is written into your calendar.");
    }

    get linked() {
        const {syncs, linked} = this.data;
        if (!syncs) {
            return _t("Meetings aren't kept in step with this account.");
        }
        return linked === 1 ? _t("1 meeting is linked.") : _t("%s meetings are linked.", linked);
    }

    get waiting() {
        const {waiting, stalled} = this.data;
        if (stalled) {
            return waiting === 1
                ? _t("1 entry waits until the calendar can be written again.")
                : _t("%s entries wait until the calendar can be written again.", waiting);
        }
        return waiting === 1
            ? _t("1 entry is about to be written into the calendar.")
            : _t("%s entries are about to be written into the calendar.", waiting);
    }

    get left() {
        const {left} = this.data;
        return left === 1
            ? _t("1 meeting to come is different in your calendar, because you left it so.")
            : _t("%s meetings to come are different in your calendar, because you left them so.", left);
    }

    get reads() {
        return `${this.lastRead} ${this.nextRead}`;
    }

    get lastRead() {
        const {syncs, last_read: last} = this.data;
        if (!last) {
            return _t("Not read yet.");
        }
        return syncs ? _t("Last read %s.", momentText(last)) : _t("Busy times last read %s.", momentText(last));
    }

    get nextRead() {
        const {next_read: next, paused_until: paused} = this.data;
        if (!next) {
            return _t("It isn't read again before you have reconnected it.");
        }
        if (paused) {
            return _t("It didn't answer as it should, and is left alone for a while. Next read %s.", momentText(next));
        }
        if (deserializeDateTime(next) <= DateTime.now()) {
            return _t("Next read in a moment.");
        }
        return _t("Next read %s.", momentText(next));
    }

    get more() {
        const {failed, failed_count: count} = this.data;
        return count > failed.length ? _t("And %s more.", count - failed.length) : "";
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

    /** Does one thing at a time, and shows what became of it, or why it couldn't be done. */
    async act(model, method, args, done) {
        this.state.problem = "";
        try {
            await whileBusy(this.state, () => this.orm.call(model, method, args));
            if (done) {
                this.notification.add(done, {type: "success"});
            }
        } catch (error) {
            this.state.problem = refusal(error);
        } finally {
            await this.load();
        }
    }

    readNow() {
        return this.act(STATUS, "read_now", [this.props.connectionId]);
    }

    retry({id}) {
        const then = this.data.stalled
            ? _t("It is tried again as soon as the calendar can be written.")
            : _t("It is tried again now.");
        return this.act(STATUS, "retry", [id], then);
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

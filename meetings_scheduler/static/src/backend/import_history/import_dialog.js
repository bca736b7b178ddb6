import {Component, onWillStart, onWillUnmount, useState} from "@odoo/owl";
import {Dialog} from "@web/core/dialog/dialog";
import {_t} from "@web/core/l10n/translation";
import {useService} from "@web/core/utils/hooks";
import {whileBusy} from "../busy";
import {useInterval} from "../interval";
import {refusal} from "../refusal";

const IMPORT = "scheduling.import";
const CHANGED = "meetings_scheduler/import";
const LOOK_EVERY = 5000;

/** Meetings of the past: how far back, what would come in, and how far it is. Closed, the work goes on. */
export class ImportDialog extends Component {
    static template = "meetings_scheduler.ImportDialog";
    static components = {Dialog};
    static props = {connectionId: Number, close: Function};

    setup() {
        this.orm = useService("orm");
        this.state = useState({data: null, months: 0, busy: false, again: false, problem: ""});
        // Each step is told over the bus; where that can't be reached, it is looked for.
        const bus = useService("bus_service");
        const reload = () => this.load();
        bus.subscribe(CHANGED, reload);
        onWillUnmount(() => bus.unsubscribe(CHANGED, reload));
        useInterval(() => this.atWork && !document.hidden && this.load(), LOOK_EVERY);
        onWillStart(() => this.load());
    }

    get data() {
        return this.state.data;
    }

    get atWork() {
        return ["reading", "importing"].includes(this.data?.state);
    }

    /** @returns {String} which part is shown: choose, work, preview, stopped or done */
    get part() {
        const {state, counts} = this.data;
        if (this.atWork) {
            return "work";
        }
        if (this.state.again || this.data.obstacle || !["ready", "stopped", "done"].includes(state)) {
            return "choose";
        }
        if (state === "stopped") {
            return counts.read ? "stopped" : "choose";
        }
        return state === "ready" ? "preview" : "done";
    }

    async load() {
        this.show(await this.orm.call(IMPORT, "get_data", [this.props.connectionId]));
    }

    show(data) {
        this.state.data = data;
        this.state.months ||= data.months || data.choices[0];
    }

    async act(method, ...args) {
        this.state.problem = "";
        try {
            await whileBusy(this.state, async () => {
                this.show(await this.orm.call(IMPORT, method, [this.props.connectionId, ...args]));
                this.state.again = false;
            });
        } catch (error) {
            this.state.problem = refusal(error);
        }
    }

    spanText(months) {
        if (months < 12) {
            return _t("The last %s months", months);
        }
        return months === 12 ? _t("The last year") : _t("The last %s years", months / 12);
    }

    get workText() {
        const {state, made} = this.data;
        if (state === "reading") {
            return _t("Reading your calendar. Nothing is imported yet.");
        }
        return made === 1 ? _t("1 meeting is in.") : _t("%s meetings are in.", made);
    }

    get readText() {
        const {
            months,
            counts: {read},
        } = this.data;
        const events = read === 1 ? _t("1 event read.") : _t("%s events read.", read);
        return `${this.spanText(months)}: ${events}`;
    }

    get comingText() {
        const {
            contacts,
            new_contacts: more,
            counts: {meetings},
        } = this.data;
        const coming = meetings === 1 ? _t("meeting would come in,") : _t("meetings would come in,");
        const known = contacts === 1 ? _t("with 1 contact") : _t("with %s contacts", contacts);
        if (!more) {
            return `${coming} ${known}.`;
        }
        const made = more === 1 ? _t("1 contact would be made") : _t("%s contacts would be made", more);
        return `${coming} ${known}; ${made}.`;
    }

    get importText() {
        const {meetings} = this.data.counts;
        return meetings === 1 ? _t("Import 1 meeting") : _t("Import %s meetings", meetings);
    }

    get doneText() {
        const {made} = this.data;
        if (!made) {
            return _t("There was nothing new to import.");
        }
        return made === 1 ? _t("1 meeting was imported.") : _t("%s meetings were imported.", made);
    }

    /** @returns {{word: String, text: String, count: Number}[]} what is left out, and why */
    get leftOut() {
        const texts = {
            known: _t("in Odoo already"),
            private: _t("private"),
            integration: _t("made by another program"),
            internal: _t("with colleagues only, or blocked by your administrator"),
            no_contact: _t("with people who aren't contacts"),
            no_guest: _t("without guests"),
            declined: _t("declined by you"),
            other: _t("cancelled"),
        };
        return Object.entries(texts)
            .map(([word, text]) => ({word, text, count: this.data.counts[word]}))
            .filter(({count}) => count);
    }
}

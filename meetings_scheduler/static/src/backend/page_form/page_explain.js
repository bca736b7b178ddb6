import {Component, onWillStart, useRef, useState} from "@odoo/owl";
import {DateTimeInput} from "@web/core/datetime/datetime_input";
import {Dialog} from "@web/core/dialog/dialog";
import {serializeDate} from "@web/core/l10n/dates";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {useService} from "@web/core/utils/hooks";
import {standardWidgetProps} from "@web/views/widgets/standard_widget_props";

const {DateTime} = luxon;

/**
 * A day's start times, offered or not, for one of the page's durations and, if wished, as a certain visitor. Each
 * reason leads to the setting or record behind it.
 */
export class ExplainDialog extends Component {
    static template = "meetings_scheduler.ExplainDialog";
    static components = {DateTimeInput, Dialog};
    static props = {pageId: Number, showSetting: Function, close: Function};

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({
            day: DateTime.local().plus({days: 1}),
            duration: null, // minutes; the page's default if null
            visitor: "", // as typed
            wrongVisitor: "", // what is wrong with it
            answer: null,
        });
        onWillStart(() => this.load());
    }

    get summary() {
        const {times} = this.state.answer;
        const count = times.filter((time) => time.offered).length;
        return _t("%(count)s of %(total)s times are offered.", {count, total: times.length});
    }

    async load() {
        const {day, duration, visitor} = this.state;
        const asked = {duration_min: duration, visitor_email: visitor.trim() || null};
        let answer = null;
        let wrong = "";
        try {
            answer = await this.orm.call(
                "scheduling.page",
                "explain",
                [[this.props.pageId], serializeDate(day)],
                asked
            );
        } catch (error) {
            // The only thing that is typed; the rest is chosen.
            if (!visitor || error.exceptionName !== "odoo.exceptions.UserError") {
                throw error;
            }
            wrong = error.data.message;
        }
        const {state} = this;
        // Something else may have been asked while the answer was under way.
        if (day === state.day && duration === state.duration && visitor === state.visitor) {
            Object.assign(state, {answer: answer || state.answer, wrongVisitor: wrong});
        }
    }

    setDuration(minutes) {
        this.state.duration = minutes;
        this.load();
    }

    setVisitor(text) {
        if (text !== this.state.visitor) {
            this.state.visitor = text;
            this.load();
        }
    }

    setDay(day) {
        if (day) {
            this.state.day = day;
            this.load();
        }
    }

    move(days) {
        this.setDay(this.state.day.plus({days}));
    }

    openReason({record, action, tab, field}) {
        this.props.close();
        if (record) {
            const [model, id] = record;
            this.action.doAction({
                type: "ir.actions.act_window",
                res_model: model,
                res_id: id,
                views: [[false, "form"]],
            });
        } else if (action) {
            this.action.doAction(action);
        } else {
            this.props.showSetting(tab, field);
        }
    }
}

/** The button of the tab "When" that asks why a time is not offered. */
export class PageExplain extends Component {
    static template = "meetings_scheduler.PageExplain";
    static props = {...standardWidgetProps};

    setup() {
        this.dialog = useService("dialog");
        this.root = useRef("root");
    }

    async show() {
        // What is explained is what visitors meet: the page as it is saved.
        if (await this.props.record.save()) {
            this.dialog.add(ExplainDialog, {
                pageId: this.props.record.resId,
                showSetting: (tab, field) => this.showSetting(tab, field),
            });
        }
    }

    async showSetting(tab, field) {
        const form = this.root.el.closest(".o_form_view");
        form.querySelector(`.o_notebook_headers a[name="${tab}"]`)?.click();
        // The tab's content is drawn in the next frames.
        await new Promise((resolve) => setTimeout(resolve, 100));
        const setting = form.querySelector(`.o_field_widget[name="${field}"]`);
        setting?.scrollIntoView({block: "center"});
        setting?.querySelector("input, select, button, a")?.focus();
    }
}

registry.category("view_widgets").add("scheduling_page_explain", {component: PageExplain});

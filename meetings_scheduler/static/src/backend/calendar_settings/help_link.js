import {Component} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";

const DOCS = "https://github.com/meetings-scheduler/meetings-scheduler/blob/main/docs/user/calendar-settings.md";

/** Leads to the help of one block of the settings. */
export class HelpLink extends Component {
    static template = "meetings_scheduler.HelpLink";
    static props = {section: String, about: String, text: {type: String, optional: true}};

    get url() {
        return `${DOCS}#${this.props.section}`;
    }

    get label() {
        return _t("Help: %s", this.props.about);
    }

    /** Begins with what is on the screen: who speaks to their computer says that (WCAG 2.5.3). */
    get name() {
        const {text, about} = this.props;
        if (!text) {
            return this.label;
        }
        return text === about ? text : `${text}: ${about}`;
    }
}

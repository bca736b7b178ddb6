import {Component, useState} from "@odoo/owl";
import {CheckBox} from "@web/core/checkbox/checkbox";
import {_t} from "@web/core/l10n/translation";
import {useService} from "@web/core/utils/hooks";
import {HelpLink} from "./help_link";

/** What holds for all pages of the user: how addresses begin, which page links lead to, and the switch for all. */
export class PagesBlock extends Component {
    static template = "meetings_scheduler.PagesBlock";
    static components = {CheckBox, HelpLink};
    static props = {pages: Object, draft: Object};

    setup() {
        this.action = useService("action");
        this.draft = useState(this.props.draft);
    }

    get shortBase() {
        return this.props.pages.base_url.replace(/^https?:\/\//, "");
    }

    /** @returns {String} the address a new page would get, about as the server makes it */
    get example() {
        const {base_url: base, usual_stem: usual, example} = this.props.pages;
        return `${base}${this.plain(this.draft.stem) || usual}-${this.plain(example) || "…"}`;
    }

    plain(text) {
        const ascii = text.normalize("NFKD").replace(/[\u0300-\u036f]/g, "");
        return ascii
            .toLowerCase()
            .replace(/[^a-z0-9]+/g, "-")
            .replace(/^-+|-+$/g, "");
    }

    get firstPage() {
        const [first] = this.props.pages.choices;
        return first ? _t("The first one: %s", first.name) : _t("None yet");
    }

    label(page) {
        return page.online ? page.name : _t("%s (switched off)", page.name);
    }

    get count() {
        const {count} = this.props.pages;
        if (!count) {
            return _t("You have no page yet.");
        }
        return count === 1 ? _t("You have one page.") : _t("You have %s pages.", count);
    }

    setDefaultPage(ev) {
        this.draft.default_page_id = Number(ev.target.value) || false;
    }

    setAllOn(on) {
        this.draft.all_off = !on;
    }

    openPages() {
        this.action.doAction("meetings_scheduler.action_scheduling_page");
    }
}

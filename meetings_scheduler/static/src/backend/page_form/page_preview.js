import {Component, onWillRender} from "@odoo/owl";
import {registry} from "@web/core/registry";
import {standardWidgetProps} from "@web/views/widgets/standard_widget_props";

/** The public page as a visitor sees it on a phone, beside the form; loaded anew whenever the page was saved. */
export class PagePreview extends Component {
    static template = "meetings_scheduler.PagePreview";
    static props = {...standardWidgetProps};

    setup() {
        this.version = 0;
        this.wasDirty = false;
        onWillRender(() => {
            // Saved, or discarded: both end what was typed. The date of the last change is too coarse to tell.
            if (this.wasDirty && !this.record.dirty) {
                this.version += 1;
            }
            this.wasDirty = this.record.dirty;
        });
    }

    get record() {
        return this.props.record;
    }

    get isSaved() {
        return Boolean(this.record.resId);
    }

    get isOnline() {
        const {is_published: published, active, all_off: allOff} = this.record.data;
        return published && active && !allOff;
    }

    /** @returns {String} same address, other query after each save: the frame's key and source */
    get source() {
        // Same host as the backend, whatever the page's own domain: a frame of another one might be refused.
        return `${new URL(this.record.data.url).pathname}?preview=${this.version}`;
    }
}

registry.category("view_widgets").add("scheduling_page_preview", {component: PagePreview});

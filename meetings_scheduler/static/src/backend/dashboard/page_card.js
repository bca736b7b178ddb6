import {Component, useState} from "@odoo/owl";
import {CheckBox} from "@web/core/checkbox/checkbox";
import {CopyButton} from "@web/core/copy_button/copy_button";
import {_t} from "@web/core/l10n/translation";
import {useService} from "@web/core/utils/hooks";
import {QrDialog} from "../qr/qr_dialog";

/** A page of the user: its link to copy, its QR code, its switch. */
export class PageCard extends Component {
    static template = "meetings_scheduler.PageCard";
    static components = {CheckBox, CopyButton};
    static props = {page: Object, openPage: Function};

    setup() {
        this.orm = useService("orm");
        this.dialog = useService("dialog");
        this.state = useState({saving: false});
        this.copyText = _t("Copy link");
        this.copiedText = _t("Copied");
    }

    get facts() {
        const {type, durations, where} = this.props.page;
        return [type, durations.join(", "), where].filter(Boolean).join(" · ");
    }

    get shortUrl() {
        return this.props.page.url.replace(/^https?:\/\//, "");
    }

    get monthText() {
        const count = this.props.page.month_count;
        return count === 1 ? _t("1 meeting this month") : _t("%s meetings this month", count);
    }

    async toggle(online) {
        this.state.saving = true;
        try {
            await this.orm.write("scheduling.page", [this.props.page.id], {is_published: online});
            this.props.page.online = online;
        } finally {
            this.state.saving = false;
        }
    }

    showQr() {
        const {id, name, url} = this.props.page;
        this.dialog.add(QrDialog, {pageId: id, name, url});
    }
}

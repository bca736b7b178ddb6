import {Component} from "@odoo/owl";
import {registry} from "@web/core/registry";
import {useService} from "@web/core/utils/hooks";
import {standardWidgetProps} from "@web/views/widgets/standard_widget_props";
import {QrDialog} from "../qr/qr_dialog";

/** Shows the QR code of the page's link, to print or to hold up. */
export class PageQr extends Component {
    static template = "meetings_scheduler.PageQr";
    static props = {...standardWidgetProps};

    setup() {
        this.dialog = useService("dialog");
    }

    show() {
        const {resId, data} = this.props.record;
        this.dialog.add(QrDialog, {pageId: resId, name: data.name, url: data.url});
    }
}

registry.category("view_widgets").add("scheduling_page_qr", {component: PageQr});

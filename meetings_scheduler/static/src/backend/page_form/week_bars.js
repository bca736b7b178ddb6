import {Component} from "@odoo/owl";
import {registry} from "@web/core/registry";
import {standardWidgetProps} from "@web/views/widgets/standard_widget_props";

const {Info} = luxon;
const DAY_HOURS = 24;

/** The weekly hours as seven bars from midnight to midnight: a gap or a slip shows at a glance. */
export class WeekBars extends Component {
    static template = "meetings_scheduler.WeekBars";
    static props = {...standardWidgetProps};

    /** @returns {{name: String, ranges: {id: String, style: String}[]}[]} Monday first, as the field counts days */
    get days() {
        const rows = this.props.record.data.hours_ids.records;
        return Info.weekdays("short").map((name, day) => ({
            name,
            ranges: rows
                .filter(({data}) => Number(data.day) === day && data.hour_to > data.hour_from)
                .map(({id, data}) => ({
                    id,
                    style: `left: ${this.percent(data.hour_from)}; width: ${this.percent(data.hour_to - data.hour_from)}`,
                })),
        }));
    }

    percent(hours) {
        return `${(hours / DAY_HOURS) * 100}%`;
    }
}

registry.category("view_widgets").add("scheduling_week_bars", {component: WeekBars});

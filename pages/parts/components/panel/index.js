// How charts look where their specification does not say so: as Streamlit's own do.
const LOOK = {
    fieldTitle: "verbal",
    autosize: { type: "fit", contains: "padding" },
    header: { labelFontSize: 12, titleFontSize: 16, labelFontWeight: 400, titleFontWeight: 400 },
    axis: {
        labelFontSize: 12, labelFontWeight: 400, titleFontSize: 14, titleFontWeight: 400,
        ticks: false, domain: false, labelFlush: true, labelFlushOffset: 1, labelBound: false,
        labelLimit: 100, titlePadding: 16, labelPadding: 16, labelSeparation: 4, labelOverlap: true,
    },
    legend: {
        labelFontSize: 14, labelFontWeight: 400, labelPadding: 16, columnPadding: 8, rowPadding: 4,
        padding: 8, symbolStrokeWidth: 4,
    },
    view: { strokeWidth: 0, stroke: "transparent" },
    mark: { tooltip: { content: "encoding" } },
    bar: { binSpacing: 4, discreteBandSize: { band: 0.85 } },
    axisDiscrete: { grid: false }, axisXPoint: { grid: false }, axisXBand: { grid: false },
};
const panels = new WeakMap();
let vega;

export default function ({ data, parentElement, setTriggerValue }) {
    let panel = panels.get(parentElement);
    if (!panel) {
        panel = { box: make("div", "panel"), parts: [], name: data.name };
        parentElement.append(panel.box);
        panel.onNews = ({ detail }) => {
            const parts = detail.panels[panel.name];
            if (parts) show(panel, { ...panel.data, ...detail, parts });
        };
        addEventListener("playground-published", panel.onNews);
        panels.set(parentElement, panel);
    }
    panel.choose = at => setTriggerValue("chosen", at);
    show(panel, data);
    return () => {
        removeEventListener("playground-published", panel.onNews);
        for (const part of panel.parts) leave(part);
        panel.box.remove();
        panels.delete(parentElement);
    };
}

function show(panel, data) {
    const before = panel.data;
    // A run of the page may tell what was so before the last answer.
    if (before && before.session === data.session && before.number > data.number) return;
    panel.data = data;
    data.parts.forEach((told, place) => {
        let part = panel.parts[place];
        if (part?.told.kind !== told.kind || part.told.key !== told.key) {
            const made = { told: {}, box: make(TAGS[told.kind], `panel-${told.kind}`) };
            if (part) {
                leave(part);
                part.box.replaceWith(made.box);
            } else panel.box.append(made.box);
            panel.parts[place] = part = made;
        }
        // What a specification was travels once.
        const now = told.kind === "chart" ? { spec: part.told.spec, ...told } : told;
        if (JSON.stringify(now) === JSON.stringify(part.told)) return;
        part.told = now;
        DRAW[told.kind](part, panel);
    });
    for (const part of panel.parts.splice(data.parts.length)) {
        leave(part);
        part.box.remove();
    }
}

const TAGS = { heading: "h2", words: "p", small: "p", numbers: "dl", chart: "div" };
const DRAW = { heading: say, words: say, small: say, numbers: count, chart: draw };

function say({ box, told }) {
    box.replaceChildren(...told.pieces.map(([text, isBold]) => isBold ? written("b", text) : text));
}

function count({ box, told }) {
    box.classList.add("score");
    box.replaceChildren(...told.numbers.map(([name, number]) => {
        const pair = make("div", "");
        pair.append(written("dt", name), written("dd", number));
        return pair;
    }));
}

// A view is told what is new once it stands still; of several news the last.
async function draw(part, panel) {
    const { box, told } = part;
    box.style.height = `${told.spec.height}px`;
    box.setAttribute("role", "figure");
    box.setAttribute("aria-label", told.alt);
    if (part.isBusy) return;
    part.isBusy = true;
    try {
        while (part.drawn !== part.told && !part.isGone) {
            const { spec, rows } = part.drawn = part.told;
            if (part.view && part.spec === JSON.stringify(spec)) {
                await part.view.data("rows", rows).runAsync();
            } else await begin(part, panel, spec, rows);
        }
    } finally {
        part.isBusy = false;
    }
}

async function begin(part, panel, spec, rows) {
    const { embed, expressionInterpreter } = await load(panel.data.vega);
    if (part.isGone) return;
    const look = getComputedStyle(part.box);
    part.end?.();
    part.spec = JSON.stringify(spec);
    part.width = part.box.clientWidth;
    const { view, finalize } = await embed(part.box, {
        ...JSON.parse(part.spec), data: { name: "rows", values: rows }, width: part.width,
        background: look.getPropertyValue("--st-background-color").trim(),
    }, {
        actions: false, ast: true, expr: expressionInterpreter, renderer: "svg",
        defaultStyle: false, tooltip: { disableDefaultStyle: true },
        config: { ...LOOK, font: look.fontFamily },
    });
    view.addEventListener("click", (event, item) => {
        if (item?.datum?.at !== undefined) panel.choose(item.datum.at);
    });
    const follows = new ResizeObserver(() => fit(part));
    follows.observe(part.box);
    Object.assign(part, { view, end: () => (follows.disconnect(), finalize()) });
    if (part.isGone) part.end();
}

function fit(part) {
    const width = part.box.clientWidth;
    if (!width || width === part.width) return;
    part.width = width;
    part.view.width(width).resize().runAsync();
}

function leave(part) {
    part.isGone = true;
    part.end?.();
}

// The same module as that of Streamlit's charts: it is loaded once.
function load(path) {
    vega ??= import(new URL(path, location.origin).href).then(
        module => Object.values(module).find(one => typeof one === "function")(),
    ).catch(error => {
        vega = undefined; // The server is away: the next time it may be there.
        throw error;
    });
    return vega;
}

function written(tag, text) {
    return Object.assign(document.createElement(tag), { textContent: text });
}

function make(tag, name) {
    const made = document.createElement(tag);
    made.className = name;
    return made;
}

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

export default function ({ data, parentElement }) {
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
    panel.box.dataset.number = data.number;
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
        const isHeard = part.wanted && data.taken >= part.wanted.count;
        if (isHeard) part.wanted = null;
        if (!isHeard && JSON.stringify(now) === JSON.stringify(part.told)) return;
        part.told = now;
        DRAW[told.kind](part, panel);
    });
    for (const part of panel.parts.splice(data.parts.length)) {
        leave(part);
        part.box.remove();
    }
}

const TAGS = {
    heading: "h2", words: "p", small: "p", numbers: "dl", chart: "div", choice: "div",
    slider: "div", button: "div",
};
const DRAW = {
    heading: say, words: say, small: say, numbers: count, chart: draw, choice: choose, slider: slide,
    button: offer,
};

// Told together with the answers (`reward_buttons`); how many there are then.
function want(wish) {
    const detail = { wish };
    dispatchEvent(new CustomEvent("playground-wanted", { detail }));
    return detail.count;
}

function choose(part) {
    const { box, told } = part, options = JSON.stringify(told.options);
    if (part.options !== options) {
        part.options = options;
        box.classList.add(`st-key-${told.key}`);
        box.setAttribute("role", "radiogroup");
        box.replaceChildren(...told.options.map(([value, label]) => {
            const option = written("button", label);
            Object.assign(option, { type: "button", className: "panel-option", value });
            option.setAttribute("role", "radio");
            option.addEventListener("click", () => pick(part, value));
            option.addEventListener("keydown", event => walk(part, option, event));
            return option;
        }));
    }
    box.setAttribute("aria-label", told.label);
    check(part);
}

function check({ box, told, wanted }) {
    for (const option of box.children) {
        const isIt = option.value === (wanted ?? told).value;
        option.setAttribute("aria-checked", isIt);
        option.tabIndex = isIt ? 0 : -1;
        option.disabled = told.disabled;
    }
}

// What is wanted is shown at once, and what came of it once that was heard.
function pick(part, value) {
    const { told, wanted } = part;
    if (value === (wanted ?? told).value) return;
    part.wanted = { value, count: want({ ...told.wish, value }) };
    if (told.kind === "choice") check(part);
}

// As in any group of radio buttons: arrows go on to the next one, and choose it.
function walk(part, option, event) {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const all = [...part.box.children];
    const next = all[(all.indexOf(option) + step + all.length) % all.length];
    next.focus();
    pick(part, next.value);
}

function slide(part) {
    const { box, told } = part, names = told.options.map(([, label]) => label);
    if (!part.range) {
        box.classList.add(`st-key-${told.key}`);
        part.range = Object.assign(make("input", ""), { type: "range", min: 0, step: 1 });
        part.named = make("span", "");
        part.named.setAttribute("aria-hidden", "true");
        const label = make("label", "");
        part.label = make("span", "");
        label.append(part.label, part.named, part.range);
        box.append(label);
        part.name = () => {
            const name = part.names[part.range.value];
            part.named.textContent = name;
            part.range.setAttribute("aria-valuetext", name);
        };
        part.range.addEventListener("input", part.name);
        part.range.addEventListener(
            "change", () => pick(part, part.told.options[part.range.value][0]),
        );
    }
    part.names = names;
    part.label.textContent = told.label;
    part.range.max = names.length - 1;
    const { value: now } = part.wanted ?? told;
    part.range.value = told.options.findIndex(([value]) => value === now);
    part.range.disabled = told.disabled;
    part.name();
}

function offer(part) {
    const { box, told } = part;
    if (!part.button) {
        box.classList.add(`st-key-${told.key}`);
        part.button = Object.assign(make("button", "panel-press"), { type: "button" });
        part.button.addEventListener("click", () => want(part.told.wish));
        const icon = Object.assign(written("span", told.icon), { translate: false });
        icon.className = "panel-sign";
        icon.setAttribute("aria-hidden", "true");
        part.key = make("kbd", "");
        part.key.setAttribute("aria-hidden", "true");
        part.button.append(icon, told.label, part.key);
        part.help = Object.assign(make("span", "panel-help"), { id: `help-${told.key}` });
        part.help.setAttribute("role", "tooltip");
        part.button.setAttribute("aria-describedby", part.help.id);
        box.append(part.button, part.help);
        // Whoever is pointed to what it covers sends it away.
        part.button.addEventListener("keydown", event => { part.help.hidden ||= event.key === "Escape"; });
        for (const kind of ["pointerenter", "focus"]) {
            part.button.addEventListener(kind, () => { part.help.hidden = false; });
        }
        part.onKey = event => press(part, event);
        addEventListener("keydown", part.onKey);
        part.end = () => removeEventListener("keydown", part.onKey);
    }
    part.help.textContent = told.help;
    part.button.disabled = told.disabled;
    part.key.textContent = told.shortcut;
    if (told.shortcut) part.button.setAttribute("aria-keyshortcuts", told.shortcut);
    else part.button.removeAttribute("aria-keyshortcuts");
}

const TYPING = "input:not([type=range]), textarea, select, [contenteditable=true], [role=dialog]";

function press({ button, told }, event) {
    if (!told.shortcut || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest?.(TYPING)) return;
    if (event.key.toUpperCase() === told.shortcut) button.click();
}

function say({ box, told }) {
    box.replaceChildren(...told.pieces.map(([text, isBold]) => isBold ? written("strong", text) : text));
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
    if (!part.place) {
        part.place = make("div", "panel-picture");
        part.box.append(part.place, saving(part));
    }
    part.place.style.height = `${part.told.spec.height}px`;
    if (part.isBusy) return;
    part.isBusy = true;
    try {
        while (part.drawn !== part.told && !part.isGone) {
            const { spec, rows, alt } = part.drawn = part.told;
            if (part.view && part.spec === JSON.stringify(spec)) {
                await part.view.description(alt).data("rows", rows).runAsync();
            } else await begin(part, panel, part.drawn);
        }
    } finally {
        part.isBusy = false;
    }
}

async function begin(part, panel, { spec, rows, alt }) {
    const { embed, expressionInterpreter } = await load(panel.data.vega);
    if (part.isGone) return;
    const look = getComputedStyle(part.place);
    part.end?.();
    part.spec = JSON.stringify(spec);
    part.width = part.place.clientWidth;
    const { view, finalize } = await embed(part.place, {
        ...JSON.parse(part.spec), description: alt, data: { name: "rows", values: rows }, width: part.width,
        background: look.getPropertyValue("--st-background-color").trim(),
    }, {
        actions: false, ast: true, expr: expressionInterpreter, renderer: "svg",
        defaultStyle: false, tooltip: { disableDefaultStyle: true },
        config: { ...LOOK, font: look.fontFamily },
    });
    view.addEventListener("click", (event, item) => {
        const { wish } = part.told;
        if (wish && item?.datum?.at !== undefined) want({ ...wish, stand: item.datum.at });
    });
    const follows = new ResizeObserver(() => fit(part));
    follows.observe(part.place);
    Object.assign(part, { view, end: () => (follows.disconnect(), finalize()) });
    if (part.isGone) part.end();
}

function fit(part) {
    const width = part.place.clientWidth;
    if (!width || width === part.width) return;
    part.width = width;
    part.view.width(width).resize().runAsync();
}

function saving(part) {
    const made = Object.assign(make("button", "panel-save"), { type: "button" });
    made.title = "Download as PNG";
    made.setAttribute("aria-label", `${made.title}: ${part.told.alt.split(": ")[0]}`);
    const icon = Object.assign(written("span", "download"), { translate: false });
    icon.className = "panel-sign";
    icon.setAttribute("aria-hidden", "true");
    made.append(icon);
    made.addEventListener("click", async () => {
        const href = await part.view?.toImageURL("png", Math.max(2, devicePixelRatio));
        if (!href) return;
        Object.assign(document.createElement("a"), { href, download: `${part.told.key}.png` }).click();
    });
    return made;
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

const looks = new WeakMap();
const printed = matchMedia("print");

export default function ({ data, parentElement, setTriggerValue }) {
    const element = parentElement.host ?? parentElement;
    const background = () =>
        getComputedStyle(element).getPropertyValue("--st-background-color").trim().toLowerCase();
    const look = looks.get(parentElement) ?? {};
    if (look.drawn !== data.drawn) {
        look.drawn = data.drawn;
        look.told = undefined; // Once for each colour: a run may know no other.
    }
    look.paper = data.paper;
    look.tell = (now) => setTriggerValue("changed", now);
    if (!looks.has(parentElement)) {
        looks.set(parentElement, look);
        look.onPrint = () => repaint(look);
        printed.addEventListener("change", look.onPrint);
        look.timer = setInterval(() => {
            const now = background();
            if (now === look.drawn || now === look.told) return;
            look.told = now;
            look.tell(now);
        }, data.every);
    }
    return () => {
        clearInterval(look.timer);
        look.follows?.disconnect();
        printed.removeEventListener("change", look.onPrint);
        looks.delete(parentElement);
    };
}

// What charts are painted with is no style of the page: on paper they would stay as they are.
function repaint(look) {
    look.follows?.disconnect();
    for (const [mark, name, colour] of look.painted ?? []) {
        if (mark.getAttribute(name) === look.paper[colour]) mark.setAttribute(name, colour);
    }
    look.painted = [];
    if (!printed.matches) return;
    paint(look);
    // What is drawn anew, as wide as paper is, has its own colours again.
    look.follows = new MutationObserver(() => paint(look));
    const attributeFilter = ["fill", "stroke"];
    look.follows.observe(document.body, { subtree: true, childList: true, attributeFilter });
}

function paint(look) {
    for (const mark of document.querySelectorAll(":is(.stVegaLiteChart, .panel-picture) svg *")) {
        for (const name of ["fill", "stroke"]) {
            const colour = mark.getAttribute(name);
            if (!(colour in look.paper)) continue;
            look.painted.push([mark, name, colour]);
            mark.setAttribute(name, look.paper[colour]);
        }
    }
}

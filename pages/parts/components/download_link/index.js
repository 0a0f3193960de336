export default function ({ data, parentElement }) {
    let link = parentElement.querySelector("a");
    if (!link) {
        link = document.createElement("a");
        link.className = "download-link";
        link.download = "";
        parentElement.append(link);
    }
    link.href = data.path;
    link.textContent = data.label;
    link.setAttribute("aria-label", data.called);
}

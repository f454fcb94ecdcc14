// Stepping through a timeline by keys, buttons and clicks. The page is whole
// without it.
"use strict";
(function () {
    var HEAD = 34, ROW = 40;
    var timelines = [];
    var current = null;
    document.documentElement.className = "live";

    function show(line, at, scroll) {
        if (at < 0 || at >= line.rows.length) {
            return;
        }
        if (line.at >= 0) {
            line.rows[line.at].classList.remove("at");
        }
        line.at = at;
        current = line;
        var row = line.rows[at];
        row.classList.add("at");
        line.cursor.setAttribute("y", HEAD + at * ROW);
        var cells = Array.prototype.map.call(row.cells, function (cell) {
            return cell.textContent.trim();
        });
        line.output.textContent = cells.filter(Boolean).join("  \u00b7  ");
        if (scroll) {
            follow(line.box, at);
        }
    }

    // Only the timeline scrolls, and the page as far as it must.
    function follow(box, at) {
        var top = HEAD + at * ROW;
        if (top < box.scrollTop + ROW) {
            box.scrollTop = top - ROW;
        } else if (top + 2 * ROW > box.scrollTop + box.clientHeight) {
            box.scrollTop = top + 2 * ROW - box.clientHeight;
        }
        box.scrollIntoView({ block: "nearest" });
    }

    // The one that was used last, else the first one that can be seen.
    function target() {
        if (current) {
            return current;
        }
        return timelines.filter(function (line) {
            return line.box.getBoundingClientRect().bottom > 0;
        })[0];
    }

    document.querySelectorAll(".timeline").forEach(function (box) {
        var stepper = box.nextElementSibling;
        var line = {
            box: box,
            rows: box.querySelectorAll("tbody tr"),
            cursor: box.querySelector(".cursor"),
            output: stepper.querySelector("output"),
            at: -1
        };
        timelines.push(line);
        box.addEventListener("click", function (event) {
            var row = event.target.closest("tbody tr");
            var at = row
                ? Array.prototype.indexOf.call(line.rows, row)
                : Math.floor((event.clientY -
                    box.querySelector("svg").getBoundingClientRect().top -
                    HEAD) / ROW);
            show(line, at, false);
        });
        stepper.addEventListener("click", function (event) {
            var by = Number(event.target.getAttribute("data-by"));
            if (by) {
                show(line, line.at + by, true);
            }
        });
    });

    document.addEventListener("keydown", function (event) {
        var keys = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 };
        var by = keys[event.key];
        var line = target();
        if (!by || !line || event.ctrlKey || event.altKey || event.metaKey) {
            return;
        }
        // The arrows go on scrolling the page until a timeline is chosen.
        if (event.key.length > 1 && !current) {
            return;
        }
        event.preventDefault();
        show(line, line.at < 0 ? 0 : line.at + by, true);
    });
    document.addEventListener("click", function (event) {
        if (!event.target.closest(".timeline, .stepper")) {
            current = null;
        }
    });
})();

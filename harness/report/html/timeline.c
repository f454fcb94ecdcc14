/* The timeline: lanes from top to bottom, a row for each step. */
#include <string.h>

#include "base/str.h"
#include "check/show.h"
#include "html/markup.h"
#include "html/parts.h"
#include "segment/ops.h"

/* In pixels; style.css has ROW and HEAD, too. */
enum { ROW = 40, HEAD = 34, WIDEST = 30, NARROWEST = 13, LANES_WIDTH = 300 };
enum { COLORS = 6 /* of locks, in style.css */ };
enum { OBJECT_BYTES = 80, VALUE_BYTES = 60, PLACE_BYTES = 120 };

struct picture {
    struct str *s;
    const struct lanes *lanes;
    size_t width; /* of a lane */
};

static size_t x_of(const struct picture *p, size_t lane)
{
    return lane * p->width + p->width / 2 + 6;
}

static size_t y_of(size_t row)
{
    return HEAD + row * ROW + ROW / 2;
}

static const struct timeline_step *step_of(const struct lanes *lanes,
                                           size_t row)
{
    return &lanes->timeline->steps[lanes->rows[row].step];
}

static size_t lane_at(const struct lanes *lanes, size_t row)
{
    return lanes->lane_of[step_of(lanes, row)->task];
}

/* MARKUP: the name is an element, which a narrow window leaves out. */
static void add_task(struct str *s, const struct timeline_task *task,
                     bool markup)
{
    static const struct {
        const char *before, *after;
    } names[] = {{" (", ")"}, {"<span class=\"name\"> (", ")</span>"}};
    html_text(s, task->path);
    if (*task->name) {
        str_add(s, names[markup].before);
        html_short(s, task->name, 40);
        str_add(s, names[markup].after);
    }
}

static void add_op(struct str *s, const struct timeline_step *step)
{
    struct str op;
    str_init(&op);
    timeline_add_op(&op, step->kind, step->object);
    html_short(s, op.data, OBJECT_BYTES);
    str_fini(&op);
}

/* -- The picture -----------------------------------------------------------*/

/* What a step is drawn as: a class of style.css. */
static const char *shape_of(const struct timeline_step *step)
{
    static const char *const shapes[] = {
        [OP_ACQUIRE] = "take", [OP_RELEASE] = "give", [OP_BOTH] = "take",
        [OP_INPUT] = "in",     [OP_OUTPUT] = "out",   [OP_TASK] = "task",
        [OP_OPEN] = "other",   [OP_CLOSE] = "other",  [OP_TIME] = "other",
        [OP_MEMORY] = "word",  [OP_NOTE] = "other",
    };
    if (step->stuck)
        return "stuck";
    for (unsigned i = 0; i < OP_KIND_COUNT; i++)
        if (!strcmp(op_kind_name(i), step->kind))
            return shapes[op_kind_class(i)];
    return "other";
}

static void draw_lanes(const struct picture *p)
{
    for (size_t lane = 0; lane < p->lanes->lane_count; lane++) {
        const struct timeline_task *task =
            &p->lanes->timeline->tasks[p->lanes->tasks[lane]];
        size_t x = x_of(p, lane), first = p->lanes->row_count, last = 0;
        for (size_t row = 0; row < p->lanes->row_count; row++) {
            if (lane_at(p->lanes, row) != lane)
                continue;
            first = row < first ? row : first;
            last = row;
        }
        str_addf(p->s, "<text x=\"%zu\" y=\"%d\">", x, HEAD - 12);
        html_short(p->s, task->path, p->width < 20 ? 3 : 6);
        str_add(p->s, "<title>");
        add_task(p->s, task, false);
        str_addf(p->s,
                 "</title></text>"
                 "<path class=\"lane\" d=\"M%zu %zuV%zu\"/>",
                 x, y_of(first) - ROW / 2, y_of(last) + ROW / 2);
    }
}

/* A row that stands out: of the pair. */
static void draw_pair(const struct picture *p)
{
    for (size_t row = 0; row < p->lanes->row_count; row++)
        if (step_of(p->lanes, row)->pair)
            str_addf(p->s,
                     "<rect class=\"pair\" x=\"0\" y=\"%zu\" width=\"100%%\" "
                     "height=\"%d\"/>",
                     y_of(row) - ROW / 2, ROW);
}

static void draw_locks(const struct picture *p)
{
    for (size_t i = 0; i < p->lanes->lock_count; i++) {
        const struct lanes_bar *bar = &p->lanes->locks[i];
        if (bar->first == bar->last && !bar->open)
            continue;
        size_t top = y_of(bar->first);
        size_t bottom = y_of(bar->last) + (bar->open ? ROW / 2 : 0);
        str_addf(p->s,
                 "<rect class=\"lock c%zu\" x=\"%zu\" y=\"%zu\" width=\"4\" "
                 "height=\"%zu\"><title>",
                 bar->number % COLORS,
                 x_of(p, bar->lane) - 7 - 3 * (bar->number % 2), top,
                 bottom - top);
        html_short(p->s, bar->object, OBJECT_BYTES);
        str_add(p->s, bar->open ? ", held to the end" : ", held");
        str_add(p->s, "</title></rect>");
    }
}

static void draw_waits(const struct picture *p)
{
    for (size_t i = 0; i < p->lanes->wait_count; i++) {
        const struct lanes_bar *bar = &p->lanes->waits[i];
        str_addf(p->s, "<path class=\"wait%s\" d=\"M%zu %zuV%zu\"/>",
                 bar->open ? " open" : "", x_of(p, bar->lane), y_of(bar->first),
                 y_of(bar->last) + (bar->open ? ROW / 2 : 0));
    }
}

/* The way of the turn from task to task. */
static void draw_schedule(const struct picture *p)
{
    str_add(p->s, "<path class=\"turn\" d=\"");
    for (size_t row = 0; row < p->lanes->row_count; row++) {
        size_t x = x_of(p, lane_at(p->lanes, row)), y = y_of(row);
        if (!row)
            str_addf(p->s, "M%zu %zu", x, y);
        else if (step_of(p->lanes, row)->switched)
            str_addf(p->s, "L%zu %zu", x, y);
        else
            str_addf(p->s, "V%zu", y);
    }
    str_add(p->s, "\"/>");
}

static void add_message(struct str *s, const struct timeline_message *message)
{
    struct str item;
    str_init(&item);
    show_item(&item, message->data, message->size);
    html_short(s, message->queue, 40);
    str_add(s, ": ");
    html_short(s, item.data, VALUE_BYTES);
    str_fini(&item);
}

static void draw_arrows(const struct picture *p, const char *anchor)
{
    for (size_t i = 0; i < p->lanes->arrow_count; i++) {
        const struct lanes_arrow *arrow = &p->lanes->arrows[i];
        const char *class = arrow->message  ? "message"
                            : arrow->object ? "flow"
                                            : "child";
        long x1 = (long)x_of(p, arrow->from_lane);
        long y1 = (long)y_of(arrow->from_row);
        long x2 = (long)x_of(p, arrow->to_lane);
        long y2 = (long)y_of(arrow->to_row);
        long side = x2 >= x1 ? 6 : -6;
        str_addf(p->s,
                 "<path class=\"%s\" d=\"M%ld %ldC%ld %ld %ld %ld %ld %ld\" "
                 "marker-end=\"url(#arrow-%s)\"><title>",
                 class, x1 + side, y1, x1 + 2 * side, y1 + ROW / 2,
                 x2 - 2 * side, y2 - ROW / 2, x2 - side, y2 - 2, anchor);
        if (arrow->message)
            add_message(p->s, arrow->message);
        else
            html_short(p->s, arrow->object ? arrow->object : "makes a task",
                       OBJECT_BYTES);
        if (arrow->more)
            str_addf(p->s, ", and %zu more", arrow->more);
        str_add(p->s, "</title></path>");
    }
}

static void draw_steps(const struct picture *p)
{
    for (size_t row = 0; row < p->lanes->row_count; row++) {
        const struct timeline_step *step = step_of(p->lanes, row);
        const char *class =
            p->lanes->rows[row].count > 1 ? "other" : shape_of(step);
        str_addf(
            p->s, "<circle class=\"%s%s\" cx=\"%zu\" cy=\"%zu\" r=\"%d\"/>",
            class, step->pair ? " critical" : "",
            x_of(p, lane_at(p->lanes, row)), y_of(row), step->pair ? 7 : 5);
    }
}

static void add_picture(struct str *s, const struct lanes *lanes,
                        const char *anchor)
{
    size_t width = LANES_WIDTH / (lanes->lane_count ? lanes->lane_count : 1);
    width = width > WIDEST ? WIDEST : width < NARROWEST ? NARROWEST : width;
    struct picture p = {s, lanes, width};
    size_t wide = width * lanes->lane_count + 12;
    size_t high = HEAD + ROW * lanes->row_count;
    str_addf(s,
             "<svg class=\"lanes\" width=\"%zu\" height=\"%zu\" role=\"img\" "
             "aria-label=\"The steps of the table, a lane for each task\">"
             "<defs><marker id=\"arrow-%s\" viewBox=\"0 0 8 8\" refX=\"7\" "
             "refY=\"4\" markerWidth=\"6\" markerHeight=\"6\" orient=\"auto\">"
             "<path class=\"head\" d=\"M0 0L8 4L0 8z\"/></marker></defs>",
             wide, high, anchor);
    draw_pair(&p);
    str_addf(s,
             "<rect class=\"cursor\" x=\"0\" y=\"-%d\" width=\"100%%\" "
             "height=\"%d\"/>",
             ROW, ROW);
    draw_lanes(&p);
    draw_locks(&p);
    draw_waits(&p);
    draw_schedule(&p);
    draw_arrows(&p, anchor);
    draw_steps(&p);
    str_add(s, "</svg>");
}

/* -- The table -------------------------------------------------------------*/

static void add_marks(struct str *s, const struct timeline_step *step)
{
    static const char *const marks[] = {
        [TIMELINE_FIRST] = " <b class=\"mark\">first</b>",
        [TIMELINE_THEN] = " <b class=\"mark\">then</b>",
    };
    if (step->pair)
        str_add(s, marks[step->pair]);
    if (step->stuck)
        str_add(s, " <b class=\"mark bad\">never returns</b>");
}

static void add_value(struct str *s, const struct timeline_step *step)
{
    struct str value;
    str_init(&value);
    timeline_add_value(&value, step);
    if (value.len) {
        str_add(s, " <span class=\"value\">");
        html_short(s, value.data, VALUE_BYTES);
        str_add(s, "</span>");
    }
    str_fini(&value);
}

/* What may not fit into its cell can be read by pointing at it. */
static void begin_cell(struct str *s, const char *class, const char *text)
{
    enum { FITS = 44 };
    str_addf(s, "<td class=\"%s\"", class);
    if (strlen(text) > FITS) {
        str_add(s, " title=\"");
        html_short(s, text, 2 * (size_t)PLACE_BYTES);
        str_add(s, "\"");
    }
    str_add(s, ">");
}

static void add_row(struct str *s, const struct lanes *lanes, size_t row,
                    struct source *source)
{
    const struct timeline_row *of = &lanes->rows[row];
    const struct timeline_step *step = step_of(lanes, row);
    bool one = of->count == 1;
    str_addf(s, "<tr class=\"%s%s\"><td class=\"n\">%zu</td><td class=\"t\">",
             step->switched ? "sw" : "", step->pair ? " crit" : "",
             of->step + 1);
    add_task(s, &lanes->timeline->tasks[step->task], true);
    str_add(s, "</td><td class=\"o\">");
    if (one) {
        add_op(s, step);
        add_value(s, step);
        add_marks(s, step);
    } else {
        str_addf(s, "(%zu more)", of->count);
    }
    str_add(s, "</td>");
    const char *line = one ? source_at(source, step->place) : "";
    begin_cell(s, "p", one ? step->place : "");
    if (one)
        html_short(s, step->place, PLACE_BYTES);
    str_add(s, "</td>");
    begin_cell(s, "c", line);
    if (*line)
        html_element(s, "code", line);
    str_add(s, "</td></tr>\n");
}

static void add_caption(struct str *s, const struct lanes *lanes)
{
    const struct timeline *timeline = lanes->timeline;
    uint64_t missing = timeline->ops_before + lanes->left_out;
    str_add(s, "<p class=\"note\">");
    str_add(s, timeline->minimal
                   ? "The shortest schedule with the same finding."
                   : "The run as it was recorded.");
    if (missing)
        str_addf(s, " Left out: the first %llu steps.",
                 (unsigned long long)missing);
    if (lanes->arrows_left_out)
        str_addf(s, " Left out: %zu arrows.", lanes->arrows_left_out);
    str_add(s, " <span class=\"js\">Keys: <kbd>j</kbd> <kbd>k</kbd> or the "
               "arrows step through it.</span></p>\n");
}

static void add_legend(struct str *s, const struct lanes *lanes)
{
    str_add(s, "<p class=\"legend\"><span class=\"k turn\">who runs</span> "
               "<span class=\"k wait\">waits</span> ");
    for (size_t i = 0; i < lanes->object_count && i < COLORS; i++) {
        str_addf(s, "<span class=\"k c%zu\">holds ", i % COLORS);
        html_short(s, lanes->objects[i], OBJECT_BYTES);
        str_add(s, "</span> ");
    }
    str_add(s, "</p>\n");
}

void html_timeline(struct str *s, const struct lanes *lanes,
                   struct source *source, const char *anchor)
{
    if (!lanes->row_count)
        return;
    str_add(s, "<h4>What happened</h4>\n");
    add_caption(s, lanes);
    add_legend(s, lanes);
    str_add(s, "<div class=\"timeline\" tabindex=\"0\">");
    add_picture(s, lanes, anchor);
    str_add(s, "<table class=\"steps\"><thead><tr><th>#</th><th>task</th>"
               "<th>operation</th><th>at</th><th>source</th></tr></thead>"
               "<tbody>\n");
    for (size_t row = 0; row < lanes->row_count; row++)
        add_row(s, lanes, row, source);
    str_add(s, "</tbody></table></div>\n"
               "<div class=\"stepper js\"><button type=\"button\" "
               "data-by=\"-1\">&#8593; back</button><button type=\"button\" "
               "data-by=\"1\">&#8595; step</button>"
               "<output></output></div>\n");
}

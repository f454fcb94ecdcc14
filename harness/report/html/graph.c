/* The wait-for graph: tasks and objects. */
#include <math.h>
#include <string.h>

#include "base/str.h"
#include "html/markup.h"
#include "html/parts.h"

enum {
    NODES = 16,
    EDGES = 24,
    WIDTH = 400,
    BOX = 138,
    BOX_HEIGHT = 38,
    ROW = 80
};

struct node {
    const char *text, *more; /* "0.1", "consumer"; of an object its name */
    bool object;
    double x, y;
};

struct graph {
    struct node nodes[NODES];
    size_t node_count;
    struct {
        size_t from, to;
    } edges[EDGES];
    size_t edge_count;
    bool full;
};

/* -- What is in it ---------------------------------------------------------*/

static size_t node(struct graph *graph, const char *text, const char *more,
                   bool object)
{
    for (size_t i = 0; i < graph->node_count; i++)
        if (graph->nodes[i].object == object &&
            !strcmp(graph->nodes[i].text, text))
            return i;
    if (graph->node_count == NODES) {
        graph->full = true;
        return 0;
    }
    graph->nodes[graph->node_count] =
        (struct node){.text = text, .more = more, .object = object};
    return graph->node_count++;
}

static void edge(struct graph *graph, size_t from, size_t to)
{
    for (size_t i = 0; i < graph->edge_count; i++)
        if (graph->edges[i].from == from && graph->edges[i].to == to)
            return;
    graph->full |= graph->edge_count == EDGES;
    if (graph->full)
        return;
    graph->edges[graph->edge_count].from = from;
    graph->edges[graph->edge_count++].to = to;
}

static size_t task_node(struct graph *graph, const struct timeline *timeline,
                        size_t task)
{
    return node(graph, timeline->tasks[task].path, timeline->tasks[task].name,
                false);
}

/* From a task that waits along what it waits for and who holds that, so that
 * a circle of waits is one in the picture, too. */
static void follow(struct graph *graph, const struct timeline *timeline,
                   size_t task)
{
    for (size_t hops = 0; hops < timeline->step_count && !graph->full; hops++) {
        const struct timeline_step *wait = NULL;
        for (size_t i = 0; i < timeline->step_count; i++)
            if (timeline->steps[i].task == task && timeline->steps[i].stuck)
                wait = &timeline->steps[i];
        if (!wait || !*wait->object)
            return;
        size_t edges = graph->edge_count;
        size_t from = task_node(graph, timeline, task);
        size_t object = node(graph, wait->object, "", true);
        edge(graph, from, object);
        int holder = lanes_holder(timeline, wait->object);
        if (holder < 0 || edges == graph->edge_count)
            return;
        edge(graph, object, task_node(graph, timeline, (size_t)holder));
        task = (size_t)holder;
    }
}

static void from_timeline(struct graph *graph, const struct timeline *timeline)
{
    for (size_t i = 0; i < timeline->step_count; i++)
        if (timeline->steps[i].stuck)
            follow(graph, timeline, timeline->steps[i].task);
}

static const char taken[] = "took ";

static bool is_taken(const struct finding_place *place)
{
    return place->task && place->role &&
           !strncmp(place->role, taken, strlen(taken));
}

/* Whether ROLE, "sem wait mapping 0:0", is about "semaphore mapping 0:0". */
static bool is_about(const char *role, const char *object)
{
    const char *name = strchr(object, ' ');
    name = name ? name : object;
    size_t length = strlen(name), whole = strlen(role);
    return whole >= length && !strcmp(role + whole - length, name);
}

/* From what each waits for to who took that. */
static void from_places(struct graph *graph, const struct finding *finding)
{
    for (size_t i = 0; i < finding->place_count; i++) {
        const struct finding_place *wait = &finding->places[i];
        if (!wait->task || !wait->role || is_taken(wait))
            continue;
        for (size_t k = 0; k < finding->place_count; k++) {
            const struct finding_place *hold = &finding->places[k];
            const char *object = hold->role ? hold->role + strlen(taken) : "";
            if (!is_taken(hold) || !is_about(wait->role, object))
                continue;
            size_t from = node(graph, wait->task, "", false);
            size_t at = node(graph, object, "", true);
            edge(graph, from, at);
            edge(graph, at, node(graph, hold->task, "", false));
        }
    }
}

/* -- Drawing ---------------------------------------------------------------*/

/* Down one side and up the other: so a circle has its neighbours beside each
 * other. */
static double height_of(const struct graph *graph)
{
    size_t rows = (graph->node_count + 1) / 2;
    return (double)rows * ROW - (ROW - BOX_HEIGHT) + 8;
}

static void place_nodes(struct graph *graph)
{
    size_t rows = (graph->node_count + 1) / 2;
    for (size_t i = 0; i < graph->node_count; i++) {
        bool left = i < rows;
        size_t row = left ? i : graph->node_count - 1 - i;
        graph->nodes[i].x = left ? BOX / 2.0 + 4 : WIDTH - BOX / 2.0 - 4;
        graph->nodes[i].y = (double)row * ROW + BOX_HEIGHT / 2.0 + 4;
    }
}

/* Where the line from A to B leaves the box of A. */
static void border(const struct node *a, const struct node *b, double *x,
                   double *y)
{
    double dx = b->x - a->x, dy = b->y - a->y;
    double by_width = dx ? (BOX / 2.0 + 2) / fabs(dx) : 1;
    double by_height = dy ? (BOX_HEIGHT / 2.0 + 2) / fabs(dy) : 1;
    double part = fmin(fmin(by_width, by_height), 1);
    *x = a->x + dx * part;
    *y = a->y + dy * part;
}

static void draw_edges(struct str *s, const struct graph *graph)
{
    for (size_t i = 0; i < graph->edge_count; i++) {
        const struct node *from = &graph->nodes[graph->edges[i].from];
        const struct node *to = &graph->nodes[graph->edges[i].to];
        double x1, y1, x2, y2;
        border(from, to, &x1, &y1);
        border(to, from, &x2, &y2);
        str_addf(s,
                 "<path class=\"%s\" d=\"M%.1f %.1fL%.1f %.1f\"/>"
                 "<path class=\"tip\" d=\"M0 0L-9 4.5L-9 -4.5z\" "
                 "transform=\"translate(%.1f %.1f) rotate(%.1f)\"/>"
                 "<text class=\"edge\" x=\"%.1f\" y=\"%.1f\">%s</text>",
                 from->object ? "held" : "waits", x1, y1, x2, y2, x2, y2,
                 atan2(y2 - y1, x2 - x1) * 180 / M_PI, (x1 + x2) / 2,
                 (y1 + y2) / 2 + 4, from->object ? "held by" : "waits for");
    }
}

static void draw_text(struct str *s, double x, double y, const char *text,
                      size_t size)
{
    struct str part;
    str_init(&part);
    str_add_bytes(&part, text, size);
    str_addf(s, "<text x=\"%.1f\" y=\"%.1f\">", x, y);
    html_short(s, part.data, 20);
    str_add(s, "</text>");
    str_fini(&part);
}

/* On two lines, where the text has a blank. */
static void draw_node(struct str *s, const struct node *node)
{
    str_addf(s,
             "<g class=\"%s\"><rect x=\"%.1f\" y=\"%.1f\" width=\"%d\" "
             "height=\"%d\" rx=\"%d\"/>",
             node->object ? "object" : "who", node->x - BOX / 2.0,
             node->y - BOX_HEIGHT / 2.0, BOX, BOX_HEIGHT,
             node->object ? 3 : BOX_HEIGHT / 2);
    size_t first = strcspn(node->text, " ");
    const char *second = *node->more ? node->more : node->text + first;
    if (!*second || (!*node->more && !second[1])) {
        draw_text(s, node->x, node->y + 4, node->text, strlen(node->text));
    } else {
        second += *second == ' ';
        draw_text(s, node->x, node->y - 3, node->text, first);
        draw_text(s, node->x, node->y + 12, second, strlen(second));
    }
    str_add(s, "<title>");
    html_text(s, node->text);
    str_add(s, "</title></g>");
}

static void add_words(struct str *s, const struct graph *graph)
{
    str_add(s, "<ul class=\"waits\">");
    for (size_t i = 0; i < graph->edge_count; i++) {
        const struct node *from = &graph->nodes[graph->edges[i].from];
        const struct node *to = &graph->nodes[graph->edges[i].to];
        str_add(s, "<li>");
        html_text(s, from->text);
        str_add(s, from->object ? " is held by " : " waits for ");
        html_text(s, to->text);
        str_add(s, "</li>");
    }
    str_add(s, "</ul>\n");
    if (graph->full)
        str_add(s, "<p class=\"note\">There are more.</p>\n");
}

static bool wants_graph(enum finding_kind kind)
{
    return kind == FINDING_DEADLOCK || kind == FINDING_HANG ||
           kind == FINDING_LIVELOCK || kind == FINDING_MISUSE;
}

void html_waits(struct str *s, const struct finding *finding,
                const struct timeline *timeline)
{
    struct graph graph = {.node_count = 0};
    if (!wants_graph(finding->kind))
        return;
    /* What the finding says is the cause alone, and knows holders that steps do
     * not show: of semaphores. */
    from_places(&graph, finding);
    if (!graph.edge_count && timeline)
        from_timeline(&graph, timeline);
    if (!graph.edge_count)
        return;
    place_nodes(&graph);
    str_addf(s,
             "<h4>Who waits for whom</h4>\n<div class=\"graph\">"
             "<svg viewBox=\"0 0 %d %.0f\" width=\"%d\" role=\"img\" "
             "aria-label=\"Wait-for graph\">",
             WIDTH, height_of(&graph), WIDTH);
    draw_edges(s, &graph);
    for (size_t i = 0; i < graph.node_count; i++)
        draw_node(s, &graph.nodes[i]);
    str_add(s, "</svg>");
    add_words(s, &graph);
    str_add(s, "</div>\n");
}

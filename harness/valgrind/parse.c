#include "parse.h"

#include <errno.h>
#include <libxml/xmlreader.h>
#include <limits.h>
#include <string.h>

#include "base/error.h"
#include "base/str.h"
#include "elements.h"

static void open_element(struct parser *parser, const char *name)
{
    const struct rule *parent = parser->depth && parser->depth <= DEPTH
                                    ? parser->path[parser->depth - 1]
                                    : NULL;
    const struct rule *rule = NULL;
    if (!parser->depth || parent)
        rule = elements_find(parent ? parent->name : "", name);
    if (parser->depth < DEPTH)
        parser->path[parser->depth] = rule;
    parser->depth++;
    parser->known |= rule && parser->depth == 1;
    str_clear(&parser->text);
    if (rule && rule->begin)
        rule->begin(parser);
}

static void close_element(struct parser *parser)
{
    if (!parser->depth)
        return;
    parser->depth--;
    const struct rule *rule =
        parser->depth < DEPTH ? parser->path[parser->depth] : NULL;
    if (rule && rule->end)
        rule->end(parser);
    str_clear(&parser->text);
}

static void add_text(struct parser *parser, const xmlChar *value)
{
    const char *text = (const char *)value;
    if (!text || parser->text.len >= TEXT_LIMIT)
        return;
    size_t room = TEXT_LIMIT - parser->text.len, length = strlen(text);
    /* Never half a character. */
    if (length > room)
        for (length = room; length && ((unsigned char)text[length] >> 6) == 2;)
            length--;
    str_add_bytes(&parser->text, text, length);
    parser->failed |= !str_ok(&parser->text);
}

static void visit(struct parser *parser, xmlTextReader *reader)
{
    const char *name;
    switch (xmlTextReaderNodeType(reader)) {
    case XML_READER_TYPE_ELEMENT:
        name = (const char *)xmlTextReaderConstName(reader);
        open_element(parser, name ? name : "");
        if (xmlTextReaderIsEmptyElement(reader) == 1)
            close_element(parser);
        break;
    case XML_READER_TYPE_END_ELEMENT:
        close_element(parser);
        break;
    case XML_READER_TYPE_TEXT:
    case XML_READER_TYPE_CDATA:
        add_text(parser, xmlTextReaderConstValue(reader));
        break;
    default:
        break;
    }
}

int valgrind_parse(struct valgrind_report *out, const void *bytes, size_t size)
{
    *out = (struct valgrind_report){0};
    if (!size || size > INT_MAX)
        return -MPS_EINPUT;
    /* No network, no files, no entities expanded; errors are no news. */
    xmlTextReader *reader =
        xmlReaderForMemory(bytes, (int)size, NULL, NULL,
                           XML_PARSE_NONET | XML_PARSE_NOERROR |
                               XML_PARSE_NOWARNING | XML_PARSE_NOBLANKS);
    if (!reader)
        return -ENOMEM;
    struct parser parser = {.report = out};
    str_init(&parser.text);
    while (!parser.failed && xmlTextReaderRead(reader) == 1)
        visit(&parser, reader);
    parser_drop_error(&parser);
    /* The end was said, but what came then was cut. */
    out->finished &= !parser.depth;
    str_fini(&parser.text);
    xmlFreeTextReader(reader);
    int err = parser.failed                              ? -ENOMEM
              : !parser.known || !out->pid || !out->tool ? -MPS_EINPUT
                                                         : 0;
    if (err)
        valgrind_report_fini(out);
    return err;
}

/* The style sheet and the script of the HTML report: the files of this folder
 * with these names. Private to report/html/. */
#ifndef MPS_REPORT_HTML_ASSETS_H
#define MPS_REPORT_HTML_ASSETS_H

extern const char html_style_css[], html_script_js[];

#endif

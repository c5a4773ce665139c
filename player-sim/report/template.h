/* Pages that stand alone: a page of assets.h with its styles, scripts and data in it.
 * Thread-safety: one thread at a time. */
#ifndef PLAYER_SIM_REPORT_TEMPLATE_H
#define PLAYER_SIM_REPORT_TEMPLATE_H

#include <jansson.h>
#include <stdio.h>

/* page: an asset's name, "page.html", in which {{title}} becomes command, {{data}} the data (to
 * which command is added), and {{NAME}} the asset of that name. Whatever is in command and data
 * stays text. ERR_NOMEM, ERR_IO, ERR_STATE: there is no such asset. */
int template_write(const char *page, const char *command, json_t *data, FILE *out);

#endif

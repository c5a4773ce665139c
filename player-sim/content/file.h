/* Contents in files.
 *
 * A content file is JSON that describes itself:
 *
 *   {"format": "openhesp-content", "version": 1, "name": "news", "note": "...",
 *    "rate": [30, 1], "segment_frames": 180, "box_bytes": 140,
 *    "rungs": [{"name": "640x360-800k", "width": 640, "height": 360, "bandwidth": 871734,
 *               "made_us": 21000, "frame_bytes": [15210, 310, ...], "packet_bytes": [...]}, ...],
 *    "sound": {"rate": [48000, 1024], "bandwidth": 213334, "frame_bytes": 482,
 *              "packet_bytes": 760, "made_us": 45000}}
 *
 * "note" is for people. width, height, made_us, packet_bytes, box_bytes, sound, name and note may
 * be left out; other members are passed over. docs/content.md tells what each means.
 *
 * A movie of the ABR literature, as UMass-LIDS/sabre has them, is read too: {"segment_duration_ms",
 * "bitrates_kbps": [...], "segment_sizes_bits": [[...], ...]}, a list for each segment. It becomes
 * a content with one frame a segment and no packets; sizes are rounded up to bytes, and rungs are
 * called by their bit rates, "230k".
 *
 * Thread-safety: any thread. */
#ifndef PLAYER_SIM_CONTENT_FILE_H
#define PLAYER_SIM_CONTENT_FILE_H

#include "player-sim/content/content.h"

enum { CONTENT_FILE_BYTES_MAX = 64 << 20 };

/* Reads the file at path, of either kind, which its members tell. *out is the caller's to finish,
 * and holds what content.h demands. On failure *out is untouched, and error is one line that names
 * the file, the element and the remedy. ERR_IO; ERR_FULL: larger than CONTENT_FILE_BYTES_MAX;
 * ERR_INVALID; ERR_UNSUPPORTED: a later version; ERR_NOMEM. */
int content_read(const char *path, struct content *out, char error[CONTENT_ERROR_BYTES]);

/* The same from memory; file is what messages call it, and what names a content without a name. */
int content_parse(const char *file, const void *data, size_t size, struct content *out,
                  char error[CONTENT_ERROR_BYTES]);

/* Writes c, which is as content_check demands, into a new file beside path, and then in its place:
 * whatever fails, nothing half-written is left, and an older file stays as it was. path "-" is
 * standard output. note is one line or NULL. ERR_IO, ERR_NOMEM; error is one line. */
int content_write(const struct content *c, const char *note, const char *path,
                  char error[CONTENT_ERROR_BYTES]);

/* Whether content_write could: who can't is told before an hour of recording. Leaves nothing there
 * and changes nothing. ERR_IO; error is one line. */
int content_write_check(const char *path, char error[CONTENT_ERROR_BYTES]);

#endif

/* Text as blocks, for a running time code that survives scaling.
 * Thread-safety: pure, any thread, into different frames. */
#ifndef PACKAGER_INGEST_INPUT_GLYPHS_H
#define PACKAGER_INGEST_INPUT_GLYPHS_H

#include <libavutil/frame.h>
#include <stdint.h>

enum {
    INPUT_GLYPHS_ADVANCE = 6, /* dots from one character to the next */
    INPUT_GLYPHS_HEIGHT = 7,  /* dots */
};

/* Draws text into the frame's luma, its left upper corner at x, y, each dot dot x dot samples. The
 * characters are 0-9, space, colon, full stop, hyphen and the letters of CHANNEL and UTC; others
 * leave a gap. Nothing is drawn outside of the frame. */
void input_glyphs_draw(AVFrame *frame, const char *text, int x, int y, int dot, uint8_t luma);

#endif

/* What several tests of this folder start from. */
#ifndef TESTS_UNIT_MEDIA_CMAF_FIXTURE_H
#define TESTS_UNIT_MEDIA_CMAF_FIXTURE_H

#include "media/cmaf/chunk.h"
#include "media/cmaf/header.h"

#include <stdlib.h>
#include <string.h>

static const uint8_t fixture_avcc[] = {1, 0x64, 0, 0x1f, 0xff, 0xe0, 0};
static const uint8_t fixture_asc[] = {0x11, 0x90};

static inline struct cmaf_video_header fixture_video(void)
{
    return (struct cmaf_video_header){.timescale = 30000,
                                      .width = 640,
                                      .height = 360,
                                      .sar_width = 1,
                                      .sar_height = 1,
                                      .avcc = fixture_avcc,
                                      .avcc_size = sizeof(fixture_avcc),
                                      .bandwidth = 800000};
}

static inline struct cmaf_audio_header fixture_audio(void)
{
    return (struct cmaf_audio_header){.timescale = 48000,
                                      .sample_rate = 48000,
                                      .channels = 2,
                                      .asc = fixture_asc,
                                      .asc_size = sizeof(fixture_asc),
                                      .bandwidth = 128000,
                                      .language = "und"};
}

static inline struct blob *fixture_video_header(void)
{
    struct cmaf_video_header video = fixture_video();
    struct bytes_writer w;
    bytes_writer_init(&w);
    int status = cmaf_header_write_video(&w, &video);
    struct blob *header = blob_from_writer(&w);
    return status ? NULL : header;
}

static inline struct blob *fixture_audio_header(void)
{
    struct cmaf_audio_header audio = fixture_audio();
    struct bytes_writer w;
    bytes_writer_init(&w);
    int status = cmaf_header_write_audio(&w, &audio);
    struct blob *header = blob_from_writer(&w);
    return status ? NULL : header;
}

/* Sequence number 33 of a 29.97 fps track; captured at 2023-11-14T22:13:20.5Z. */
static inline struct cmaf_sample fixture_sample(void)
{
    return (struct cmaf_sample){.sequence = 33,
                                .decode_time = 33033,
                                .duration = 1001,
                                .sync = true,
                                .capture_utc_us = 1700000000500000,
                                .data = (const uint8_t *)"picture",
                                .size = 7};
}

/* A heap copy of exactly size bytes, so that a sanitizer sees any read beyond them. */
static inline uint8_t *fixture_copy(const uint8_t *data, size_t size)
{
    uint8_t *copy = malloc(size ? size : 1);
    if (copy && size)
        memcpy(copy, data, size);
    return copy;
}

#endif

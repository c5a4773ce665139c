/* hesp-join: joins a live HESP channel at several frames, decodes what it gets with libavcodec at
 * its strictest, and says what it saw. For people who want to see that a channel can be joined, and
 * for the demo. */
#include "e2e/viewer.h"
#include "media/core/clock.h"
#include "media/stamp/stamp.h"
#include "support/picture_decoder.h"
#include "support/slice_check.h"

#include <curl/curl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct tally {
    int pictures;
    int stamps; /* pictures with a readable stamp */
    uint32_t first_frame, last_frame;
    uint16_t channel;
    bool consecutive;
};

static void read_stamp(const AVFrame *picture, struct tally *tally)
{
    struct stamp stamp;
    struct stamp_plane plane = {.data = picture->data[0],
                                .stride = picture->linesize[0],
                                .width = picture->width,
                                .height = picture->height};
    tally->pictures++;
    if (stamp_read(&plane, &stamp))
        return;
    if (!tally->stamps)
        tally->first_frame = stamp.frame;
    else if (stamp.frame != tally->last_frame + 1)
        tally->consecutive = false;
    tally->last_frame = stamp.frame;
    tally->channel = stamp.channel;
    tally->stamps++;
}

static bool take(struct picture_decoder *decoder, struct slice_check *check, bool packet,
                 const struct cmaf_chunk *chunk, int64_t sequence, struct tally *tally)
{
    const char *reason;
    int illegal = packet ? slice_check_packet_sample(check, chunk->data, chunk->size, sequence)
                         : slice_check_sample(check, chunk->data, chunk->size, sequence);
    const AVFrame *picture =
        picture_decoder_decode(decoder, chunk->data, chunk->size, chunk->decode_time, &reason);
    if (illegal || !picture) {
        printf("    frame %" PRId64 ": %s\n", sequence,
               illegal ? slice_check_error(check) : reason);
        return false;
    }
    read_stamp(picture, tally);
    return true;
}

static bool decode(const struct viewer_packet *packet, const struct viewer_samples *samples,
                   struct tally *tally)
{
    struct picture_decoder *decoder = picture_decoder_create(packet->avcc, packet->avcc_size);
    struct slice_check *check = slice_check_create(packet->avcc, packet->avcc_size);
    bool good = decoder && check &&
                take(decoder, check, true, &packet->packet.sample, packet->sequence, tally);
    for (size_t i = 0; good && i < samples->count; i++)
        good =
            take(decoder, check, false, &samples->list[i].chunk, samples->list[i].sequence, tally);
    picture_decoder_destroy(decoder);
    slice_check_destroy(check);
    return good;
}

static bool join(struct viewer *v, const struct viewer_track *track, int64_t sequence,
                 size_t frames)
{
    struct viewer_packet packet;
    struct viewer_samples samples = {0};
    struct tally tally = {.consecutive = true};
    bool good = viewer_get_packet(v, track, sequence, &packet) &&
                viewer_get_samples(v, track, &packet.packet.continuation, frames, &samples);
    if (!good) {
        printf("  %s\n", v->error);
    } else {
        printf("  %-16s packet %" PRId64 " (%zu bytes) + %zu frames: ", track->place.track->id,
               packet.sequence, packet.size, samples.count);
        good = decode(&packet, &samples, &tally);
        printf("%d pictures%s", tally.pictures, good ? ", a legal stream" : ", BROKEN");
        if (tally.stamps)
            printf(", stamped channel %u frames %u to %u%s", tally.channel, tally.first_frame,
                   tally.last_frame, tally.consecutive ? "" : " with GAPS");
        printf("\n");
        good = good && tally.consecutive;
    }
    viewer_samples_finish(&samples);
    viewer_packet_finish(&packet);
    return good;
}

static bool join_audio(struct viewer *v, size_t frames)
{
    struct viewer_track track;
    struct viewer_packet packet = {0};
    struct viewer_samples samples = {0};
    bool good = viewer_audio(v, &track) && viewer_get_packet(v, &track, HESP_NOW, &packet) &&
                viewer_get_samples(v, &track, &packet.packet.continuation, frames, &samples);
    for (size_t i = 1; good && i < samples.count; i++)
        good = samples.list[i].sequence == samples.list[i - 1].sequence + 1;
    if (good)
        printf("  %-16s packet (%zu bytes) + %zu frames from %" PRId64 ", without a gap\n", "audio",
               packet.size, samples.count, samples.list[0].sequence);
    else
        printf("  audio: %s\n", v->error);
    viewer_samples_finish(&samples);
    viewer_packet_finish(&packet);
    return good;
}

static bool join_channel(const char *url, int joins, size_t frames)
{
    struct viewer v;
    bool good = viewer_open(&v, url);
    printf("%s\n", url);
    if (!good)
        printf("  %s\n", v.error);
    for (int i = 0; good && i < joins; i++) {
        struct viewer_track track;
        struct viewer_packet now = {0};
        size_t rungs = viewer_video_count(&v);
        good = rungs && viewer_video(&v, (size_t)i % rungs, &track) &&
               viewer_get_packet(&v, &track, HESP_NOW, &now);
        /* The newest frame, then ones further back: any frame will do. */
        int64_t sequence = now.sequence > 7 * i ? now.sequence - 7 * i : now.sequence;
        viewer_packet_finish(&now);
        good = good && join(&v, &track, i ? sequence : HESP_NOW, frames);
    }
    good = good && join_audio(&v, frames);
    viewer_close(&v);
    return good;
}

int main(int argc, char **argv)
{
    int joins = 3, at = 1;
    size_t frames = 15;
    bool good = true;
    for (; at + 1 < argc && argv[at][0] == '-'; at += 2) {
        if (!strcmp(argv[at], "--joins"))
            joins = atoi(argv[at + 1]);
        else if (!strcmp(argv[at], "--frames"))
            frames = (size_t)atoi(argv[at + 1]);
        else
            break;
    }
    if (at >= argc || argv[at][0] == '-' || joins < 1 || frames < 1) {
        fprintf(stderr, "usage: hesp-join [--joins N] [--frames N] MANIFEST-URL...\n");
        return 2;
    }
    curl_global_init(CURL_GLOBAL_DEFAULT);
    for (; at < argc; at++)
        good = join_channel(argv[at], joins, frames) && good;
    curl_global_cleanup();
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}

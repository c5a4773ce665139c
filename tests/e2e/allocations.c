#include "e2e/allocations.h"

#include <errno.h>
#include <execinfo.h>
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libswresample/swresample.h>
#include <libswscale/swscale.h>
#include <microhttpd.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <x264.h>

enum { OWN_LEVELS = 3 }; /* of this file, in a trace */

struct slot {
    _Atomic uint64_t key;
    _Atomic int64_t calls;
    struct allocations_site site;
};

/* Shared with the children. */
struct table {
    struct slot slots[ALLOCATIONS_SITES_MAX];
};

static struct table *table;
static _Atomic bool recording, failing_all;
static _Atomic uint64_t failing_key;
static _Atomic int64_t failing_first, failing_last, failing_calls, failed;
static _Atomic int phase;
static _Thread_local bool exempt;
static _Thread_local bool inside; /* what looks for the site allocates too */

bool allocations_init(void)
{
    void *frames[2];
    table = mmap(NULL, sizeof *table, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    backtrace(frames, 2); /* the first one loads a library */
    return table != MAP_FAILED;
}

void allocations_record(void)
{
    atomic_store(&recording, true);
}

void allocations_fail(uint64_t key, int64_t first, int64_t last)
{
    atomic_store(&failing_first, first);
    atomic_store(&failing_last, last);
    atomic_store(&failing_key, key);
}

void allocations_fail_all(bool on)
{
    atomic_store(&failing_all, on);
}

int64_t allocations_failed(void)
{
    return atomic_load(&failed);
}

void allocations_exempt(bool on)
{
    exempt = on;
}

void allocations_enter(enum allocations_phase entered)
{
    atomic_store(&phase, entered);
}

const struct allocations_site *allocations_site(size_t index)
{
    for (size_t i = 0; i < ALLOCATIONS_SITES_MAX; i++) {
        struct slot *s = &table->slots[i];
        if (!atomic_load(&s->key) || index-- > 0)
            continue;
        s->site.key = atomic_load(&s->key);
        s->site.calls = atomic_load(&s->calls);
        return &s->site;
    }
    return NULL;
}

static void note(uint64_t key, const char *function, void *const *callers)
{
    for (size_t i = 0; i < ALLOCATIONS_SITES_MAX; i++) {
        struct slot *s = &table->slots[(key + i) % ALLOCATIONS_SITES_MAX];
        uint64_t none = 0;
        if (atomic_compare_exchange_strong(&s->key, &none, key)) {
            s->site.function = function;
            s->site.phase = (enum allocations_phase)atomic_load(&phase);
            memcpy(s->site.callers, callers, sizeof s->site.callers);
        } else if (none != key) {
            continue;
        }
        atomic_fetch_add(&s->calls, 1);
        return;
    }
}

static bool is_due(uint64_t key)
{
    if (key != atomic_load(&failing_key))
        return false;
    int64_t call = atomic_fetch_add(&failing_calls, 1) + 1;
    return call >= atomic_load(&failing_first) && call <= atomic_load(&failing_last);
}

static __attribute__((noinline)) bool look(const char *function)
{
    void *frames[OWN_LEVELS + ALLOCATIONS_LEVELS] = {NULL};
    uint64_t key = 14695981039346656037u;
    backtrace(frames, OWN_LEVELS + ALLOCATIONS_LEVELS);
    for (int i = 0; i < ALLOCATIONS_LEVELS; i++)
        key = (key ^ (uintptr_t)frames[OWN_LEVELS + i]) * 1099511628211u;
    key |= 1;
    if (atomic_load(&recording))
        note(key, function, frames + OWN_LEVELS);
    return is_due(key);
}

/* Whether this call is to fail. */
static __attribute__((noinline)) bool fails(const char *function)
{
    if (!table || exempt || inside)
        return false;
    inside = true;
    bool is_to = look(function) || atomic_load(&failing_all);
    inside = false;
    if (is_to)
        atomic_fetch_add(&failed, 1);
    return is_to;
}

#define WRAP(type, name, parameters, arguments, failure)                                           \
    type __real_##name parameters;                                                                 \
    type __wrap_##name parameters;                                                                 \
    __attribute__((noinline)) type __wrap_##name parameters                                        \
    {                                                                                              \
        if (fails(#name)) {                                                                        \
            errno = ENOMEM;                                                                        \
            return failure;                                                                        \
        }                                                                                          \
        return __real_##name arguments;                                                            \
    }

WRAP(void *, malloc, (size_t size), (size), NULL)
WRAP(void *, calloc, (size_t count, size_t size), (count, size), NULL)
WRAP(void *, realloc, (void *block, size_t size), (block, size), NULL)
WRAP(char *, strdup, (const char *text), (text), NULL)
WRAP(int, pthread_create,
     (pthread_t * thread, const pthread_attr_t *attributes, void *(*run)(void *), void *argument),
     (thread, attributes, run, argument), EAGAIN)

WRAP(void *, av_malloc, (size_t size), (size), NULL)
WRAP(void *, av_mallocz, (size_t size), (size), NULL)
WRAP(AVFrame *, av_frame_alloc, (void), (), NULL)
WRAP(AVFrame *, av_frame_clone, (const AVFrame *frame), (frame), NULL)
WRAP(int, av_frame_ref, (AVFrame * to, const AVFrame *from), (to, from), AVERROR(ENOMEM))
WRAP(int, av_frame_get_buffer, (AVFrame * frame, int align), (frame, align), AVERROR(ENOMEM))
WRAP(int, av_frame_make_writable, (AVFrame * frame), (frame), AVERROR(ENOMEM))
WRAP(AVPacket *, av_packet_alloc, (void), (), NULL)
WRAP(int, av_new_packet, (AVPacket * packet, int size), (packet, size), AVERROR(ENOMEM))
WRAP(AVBufferPool *, av_buffer_pool_init, (size_t size, AVBufferRef *(*alloc)(size_t)),
     (size, alloc), NULL)
WRAP(AVBufferRef *, av_buffer_pool_get, (AVBufferPool * pool), (pool), NULL)
WRAP(int, av_dict_set, (AVDictionary * *all, const char *key, const char *value, int flags),
     (all, key, value, flags), AVERROR(ENOMEM))
WRAP(AVCodecContext *, avcodec_alloc_context3, (const AVCodec *codec), (codec), NULL)
WRAP(int, avcodec_open2, (AVCodecContext * c, const AVCodec *codec, AVDictionary **options),
     (c, codec, options), AVERROR(ENOMEM))
WRAP(int, avcodec_parameters_to_context, (AVCodecContext * c, const AVCodecParameters *from),
     (c, from), AVERROR(ENOMEM))
WRAP(int, avcodec_send_packet, (AVCodecContext * c, const AVPacket *packet), (c, packet),
     AVERROR(ENOMEM))
WRAP(int, avcodec_receive_frame, (AVCodecContext * c, AVFrame *frame), (c, frame), AVERROR(ENOMEM))
WRAP(int, avcodec_send_frame, (AVCodecContext * c, const AVFrame *frame), (c, frame),
     AVERROR(ENOMEM))
WRAP(int, avcodec_receive_packet, (AVCodecContext * c, AVPacket *packet), (c, packet),
     AVERROR(ENOMEM))
WRAP(AVFormatContext *, avformat_alloc_context, (void), (), NULL)
WRAP(AVIOContext *, avio_alloc_context,
     (unsigned char *buffer, int size, int writes, void *opaque,
      int (*read)(void *, uint8_t *, int), int (*write)(void *, uint8_t *, int),
      int64_t (*seek)(void *, int64_t, int)),
     (buffer, size, writes, opaque, read, write, seek), NULL)
WRAP(int, avformat_find_stream_info, (AVFormatContext * c, AVDictionary **options), (c, options),
     AVERROR(ENOMEM))
WRAP(int, av_read_frame, (AVFormatContext * c, AVPacket *packet), (c, packet), AVERROR(ENOMEM))
WRAP(struct SwsContext *, sws_alloc_context, (void), (), NULL)
WRAP(int, sws_init_context, (struct SwsContext * c, SwsFilter *from, SwsFilter *to), (c, from, to),
     AVERROR(ENOMEM))
WRAP(int, swr_init, (struct SwrContext * c), (c), AVERROR(ENOMEM))
WRAP(int, swr_convert,
     (struct SwrContext * c, uint8_t **out, int out_count, const uint8_t **in, int in_count),
     (c, out, out_count, in, in_count), AVERROR(ENOMEM))
WRAP(int, av_channel_layout_copy, (AVChannelLayout * to, const AVChannelLayout *from), (to, from),
     AVERROR(ENOMEM))

WRAP(x264_t *, x264_encoder_open_164, (x264_param_t * parameters), (parameters), NULL)
WRAP(int, x264_encoder_headers, (x264_t * e, x264_nal_t **units, int *count), (e, units, count), -1)
WRAP(int, x264_encoder_encode,
     (x264_t * e, x264_nal_t **units, int *count, x264_picture_t *in, x264_picture_t *out),
     (e, units, count, in, out), -1)

WRAP(struct MHD_Response *, MHD_create_response_from_buffer,
     (size_t size, void *buffer, enum MHD_ResponseMemoryMode mode), (size, buffer, mode), NULL)
WRAP(struct MHD_Response *, MHD_create_response_from_buffer_with_free_callback_cls,
     (size_t size, void *buffer, MHD_ContentReaderFreeCallback release, void *context),
     (size, buffer, release, context), NULL)
WRAP(struct MHD_Response *, MHD_create_response_from_callback,
     (uint64_t size, size_t block, MHD_ContentReaderCallback read, void *context,
      MHD_ContentReaderFreeCallback release),
     (size, block, read, context, release), NULL)
WRAP(enum MHD_Result, MHD_add_response_header,
     (struct MHD_Response * response, const char *header, const char *content),
     (response, header, content), MHD_NO)
WRAP(enum MHD_Result, MHD_queue_response,
     (struct MHD_Connection * connection, unsigned status, struct MHD_Response *response),
     (connection, status, response), MHD_NO)

/* A failed opening frees what it was given. */
int __real_avformat_open_input(AVFormatContext **c, const char *url, const AVInputFormat *format,
                               AVDictionary **options);
int __wrap_avformat_open_input(AVFormatContext **c, const char *url, const AVInputFormat *format,
                               AVDictionary **options);
__attribute__((noinline)) int __wrap_avformat_open_input(AVFormatContext **c, const char *url,
                                                         const AVInputFormat *format,
                                                         AVDictionary **options)
{
    if (!fails("avformat_open_input"))
        return __real_avformat_open_input(c, url, format, options);
    avformat_free_context(*c);
    *c = NULL;
    return AVERROR(ENOMEM);
}

int __real_swr_alloc_set_opts2(struct SwrContext **c, AVChannelLayout *out,
                               enum AVSampleFormat out_format, int out_rate, AVChannelLayout *in,
                               enum AVSampleFormat in_format, int in_rate, int offset, void *log);
int __wrap_swr_alloc_set_opts2(struct SwrContext **c, AVChannelLayout *out,
                               enum AVSampleFormat out_format, int out_rate, AVChannelLayout *in,
                               enum AVSampleFormat in_format, int in_rate, int offset, void *log);
__attribute__((noinline)) int
__wrap_swr_alloc_set_opts2(struct SwrContext **c, AVChannelLayout *out,
                           enum AVSampleFormat out_format, int out_rate, AVChannelLayout *in,
                           enum AVSampleFormat in_format, int in_rate, int offset, void *log)
{
    if (!fails("swr_alloc_set_opts2"))
        return __real_swr_alloc_set_opts2(c, out, out_format, out_rate, in, in_format, in_rate,
                                          offset, log);
    swr_free(c);
    return AVERROR(ENOMEM);
}

int __wrap_asprintf(char **out, const char *format, ...) __attribute__((format(printf, 2, 3)));
__attribute__((noinline)) int __wrap_asprintf(char **out, const char *format, ...)
{
    va_list arguments;
    if (fails("asprintf"))
        return -1;
    va_start(arguments, format);
    int length = vasprintf(out, format, arguments);
    va_end(arguments);
    return length;
}

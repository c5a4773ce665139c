/* Feeds any bytes to the readers of chunks, packets (HESP 4.2, C.1) and their headers, and demands
 * that what they accept lies inside the input and survives being written and read again. */
#include "media/cmaf/chunk.h"
#include "media/isobmff/decoder_config.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool condition)
{
    if (!condition)
        abort();
}

static void check_inside(const uint8_t *data, size_t size, const struct cmaf_chunk *chunk)
{
    demand(chunk->total_bytes <= size && chunk->size > 0);
    demand(chunk->data >= data && chunk->data + chunk->size <= data + chunk->total_bytes);
}

/* Where the seconds of a 64 bit NTP time stamp wrap: 2036-02-07T06:28:16Z. */
static const int64_t ntp_era_end_us = 2085978496000000;

static void check_round_trip(const struct cmaf_chunk *chunk)
{
    struct cmaf_sample sample = {.sequence = (int64_t)chunk->mfhd_sequence,
                                 .decode_time = chunk->decode_time,
                                 .duration = chunk->duration,
                                 .sync = chunk->sync,
                                 .capture_utc_us = chunk->capture_utc_us,
                                 .data = chunk->data,
                                 .size = chunk->size};
    if (!cmaf_sample_valid(&sample))
        return;
    struct bytes_writer w;
    bytes_writer_init(&w);
    demand(cmaf_chunk_write(&w, &sample, chunk->manifest_update) == 0);
    struct cmaf_chunk again;
    demand(cmaf_chunk_read(w.data, w.size, &again) == 0);
    demand(again.mfhd_sequence == chunk->mfhd_sequence + 1);
    demand(again.decode_time == chunk->decode_time && again.duration == chunk->duration);
    demand(again.sync == chunk->sync && again.manifest_update == chunk->manifest_update);
    demand(again.capture_utc_us == chunk->capture_utc_us ||
           chunk->capture_utc_us >= ntp_era_end_us);
    demand(again.size == chunk->size && memcmp(again.data, chunk->data, chunk->size) == 0);
    demand(again.total_bytes == w.size);
    bytes_writer_finish(&w);
}

static void read_chunks(const uint8_t *data, size_t size)
{
    struct cmaf_chunk chunk;
    while (cmaf_chunk_read(data, size, &chunk) == 0) {
        check_inside(data, size, &chunk);
        check_round_trip(&chunk);
        data += chunk.total_bytes;
        size -= chunk.total_bytes;
    }
}

static void read_decoder_config(const uint8_t *header, size_t size)
{
    struct isobmff_decoder_config config;
    if (isobmff_decoder_config_read(header, size, &config) != 0)
        return;
    demand(config.size > 0 && config.size <= size);
    demand(config.data >= header && config.data + config.size <= header + size);
    demand(!config.video || (config.size >= 7 && config.data[0] == 1));
}

static void read_packet(const uint8_t *data, size_t size)
{
    struct cmaf_packet packet;
    if (cmaf_packet_read(data, size, &packet) != 0)
        return;
    demand(packet.header == data && packet.header_size <= size);
    demand(packet.timescale > 0);
    read_decoder_config(packet.header, packet.header_size);
    demand(packet.continuation.segment_id >= 0 && packet.continuation.offset >= 0);
    if (!packet.has_sample)
        return;
    check_inside(data, size, &packet.sample);
    demand(packet.sample.total_bytes == size);
    check_round_trip(&packet.sample);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    read_chunks(data, size);
    read_packet(data, size);
    read_decoder_config(data, size);
    return 0;
}

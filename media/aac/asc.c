#include "media/aac/asc.h"
#include "media/core/bits.h"
#include "media/core/err.h"

#include <stdbool.h>
#include <stdio.h>

enum {
    OBJECT_TYPE_SBR = 5,
    RATE_ESCAPE = 15,
    RATE_MAX = (1 << 24) - 1,
    SYNC_EXTENSION_TYPE = 0x2b7,
};

/* samplingFrequencyIndex (table 1.18) */
static const uint32_t rates[] = {96000, 88200, 64000, 48000, 44100, 32000, 24000,
                                 22050, 16000, 12000, 11025, 8000,  7350};
enum { RATES = sizeof rates / sizeof rates[0] };

/* Channels by channelConfiguration (table 1.19); 0 where reserved or told otherwise. */
static const uint8_t channels_of[16] = {0, 1, 2, 3, 4, 5, 6, 8};

/* 0 where no configuration has so many channels. */
static uint32_t configuration_of(unsigned channels)
{
    uint32_t configuration = sizeof channels_of - 1;
    while (configuration && channels_of[configuration] != channels)
        configuration--;
    return channels ? configuration : 0;
}

static uint32_t index_of(uint32_t sample_rate)
{
    for (uint32_t i = 0; i < RATES; i++) {
        if (rates[i] == sample_rate)
            return i;
    }
    return RATE_ESCAPE;
}

int aac_asc_write(struct bytes_writer *out, const struct aac_asc *asc)
{
    struct bits_writer w;
    uint32_t configuration = configuration_of(asc->channels);
    uint32_t index = index_of(asc->sample_rate);

    if (asc->audio_object_type != AAC_OBJECT_TYPE_LC || !configuration || !asc->sample_rate ||
        asc->sample_rate > RATE_MAX ||
        (asc->samples_per_frame != 1024 && asc->samples_per_frame != 960))
        return ERR_INVALID;
    bits_writer_init(&w, out);
    bits_write(&w, asc->audio_object_type, 5);
    bits_write(&w, index, 4);
    if (index == RATE_ESCAPE)
        bits_write(&w, asc->sample_rate, 24);
    bits_write(&w, configuration, 4);
    bits_write(&w, asc->samples_per_frame == 960, 1); /* frameLengthFlag */
    bits_write(&w, 0, 1);                             /* dependsOnCoreCoder */
    bits_write(&w, 0, 1);                             /* extensionFlag */
    bits_align(&w, false);
    return out->status;
}

static int read_rate(struct bits_reader *r, uint32_t *sample_rate)
{
    uint32_t index = bits_read(r, 4);
    if (index == RATE_ESCAPE)
        *sample_rate = bits_read(r, 24);
    else
        *sample_rate = index < RATES ? rates[index] : 0;
    if (r->status)
        return r->status;
    return *sample_rate ? 0 : ERR_INVALID;
}

/* Whether a backward compatible extension (1.6.2.1) says that there is SBR. */
static bool asks_for_sbr(struct bits_reader *r)
{
    return bits_reader_left(r) >= 17 && bits_read(r, 11) == SYNC_EXTENSION_TYPE &&
           bits_read(r, 5) == OBJECT_TYPE_SBR && bits_read_flag(r);
}

int aac_asc_read(struct aac_asc *asc, const uint8_t *data, size_t size)
{
    struct bits_reader r;
    struct aac_asc read;

    bits_reader_init(&r, data, size);
    read.audio_object_type = (uint8_t)bits_read(&r, 5);
    if (!r.status && read.audio_object_type != AAC_OBJECT_TYPE_LC)
        return ERR_UNSUPPORTED;
    int status = read_rate(&r, &read.sample_rate);
    if (status)
        return status;
    uint32_t configuration = bits_read(&r, 4);
    read.samples_per_frame = bits_read_flag(&r) ? 960 : 1024;
    bool unusual = bits_read(&r, 2) != 0; /* dependsOnCoreCoder, extensionFlag */
    if (r.status)
        return r.status;
    if (!configuration || unusual || asks_for_sbr(&r))
        return ERR_UNSUPPORTED;
    read.channels = channels_of[configuration];
    if (!read.channels)
        return ERR_INVALID;
    *asc = read;
    return 0;
}

void aac_codec_name(const struct aac_asc *asc, char out[AAC_CODEC_NAME_BYTES])
{
    snprintf(out, AAC_CODEC_NAME_BYTES, "mp4a.40.%u", asc->audio_object_type);
}

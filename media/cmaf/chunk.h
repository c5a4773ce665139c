/* CMAF chunks of one sample: prft, [emsg], moof, mdat (ISO/IEC 23000-19 7.3.2.3; HESP C.1), and
 * HESP Initialization Packets made of a header, the initdata event and such a chunk (HESP 4.2). */
#ifndef MEDIA_CMAF_CHUNK_H
#define MEDIA_CMAF_CHUNK_H

#include "media/core/blob.h"
#include "media/core/bytes.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One coded sample on its way into a container. */
struct cmaf_sample {
    int64_t sequence;       /* the track's sequence number, >= 0 (HESP 3.1.2) */
    int64_t decode_time;    /* ticks of the track's timescale, >= 0; equals the presentation time */
    uint32_t duration;      /* ticks */
    bool sync;              /* an independent sample */
    int64_t capture_utc_us; /* when the packager received or made the source frame; for prft */
    const uint8_t *data;    /* borrowed */
    size_t size;            /* bytes */
};

enum { CMAF_CHUNK_OVERHEAD_BYTES = 140 };

/* Whether sample keeps to the ranges above, has 1 byte to 64 MiB and a capture time >= 0. */
bool cmaf_sample_valid(const struct cmaf_sample *sample);

/* Appends one chunk. mfhd's sequence_number is sample->sequence + 1 mod 2^32 (it starts at 1).
 * tfdt is version 1 (HESP H5). prft is version 1, flags 24 ("captured": ISO/IEC
 * 14496-12:2022 8.16.5; its media_time is decode_time), its NTP time is capture_utc_us.
 * manifest_update: put a manifestupdate event (HESP 6.2.1.2) between prft and moof. Without it a
 * chunk is CMAF_CHUNK_OVERHEAD_BYTES larger than its sample.
 * 0; ERR_INVALID unless cmaf_sample_valid, and then nothing is appended; ERR_NOMEM. Thread-safety:
 * as all functions here, pure on the caller's data. */
int cmaf_chunk_write(struct bytes_writer *out, const struct cmaf_sample *sample,
                     bool manifest_update);

/* Where the sample after a packet's is to be found: HESP 4.2.5. */
struct cmaf_continuation {
    int64_t segment_id;
    int64_t offset; /* bytes from the segment's start */
};

/* Appends a video Initialization Packet (HESP 4.2.1): header, emsg initdata, prft, moof, mdat.
 * sample->sync has to be set. Errors as of cmaf_chunk_write. */
int cmaf_packet_write_video(struct bytes_writer *out, const struct blob *header, uint32_t timescale,
                            const struct cmaf_sample *sample,
                            const struct cmaf_continuation *continuation);

/* Appends an audio Initialization Packet (HESP 4.2.2): header and emsg initdata, no sample. Errors
 * as of cmaf_chunk_write. */
int cmaf_packet_write_audio(struct bytes_writer *out, const struct blob *header,
                            const struct cmaf_continuation *continuation);

/* What a reader finds in a packet or a chunk. Pointers are into the input. */
struct cmaf_chunk {
    uint32_t mfhd_sequence;
    int64_t decode_time;
    uint32_t duration;
    bool sync;
    bool has_prft;
    int64_t capture_utc_us; /* where has_prft */
    bool manifest_update;   /* a manifestupdate event stands before the moof ... */
    const uint8_t *update;  /* ... and says this, as JSON (manifests/update.h) */
    size_t update_size;
    const uint8_t *data;
    size_t size;
    size_t total_bytes; /* from the input's start to the end of the mdat */
};

/* Reads the first complete chunk from data (boxes up to and including an mdat; styp and unknown
 * boxes before the moof are passed over). ERR_TRUNCATED: more bytes are needed. ERR_INVALID, also
 * for a box above 64 MiB. ERR_UNSUPPORTED for what is no Maximal Gain chunk (HESP C.1): several
 * samples, a composition offset, properties that only the header tells. chunk is untouched on
 * failure. */
int cmaf_chunk_read(const uint8_t *data, size_t size, struct cmaf_chunk *chunk);

struct cmaf_packet {
    const uint8_t *header; /* ftyp and moov */
    size_t header_size;
    uint32_t timescale; /* of the moov's track (mdhd) */
    struct cmaf_continuation continuation;
    bool has_sample;
    struct cmaf_chunk sample; /* where has_sample */
};

/* Reads a whole Initialization Packet; offset is 0 where the event leaves it out (HESP 6.2.1.1).
 * sample.total_bytes counts from the packet's start and equals size. Errors as of cmaf_chunk_read;
 * ERR_INVALID also where the sample is not independent or bytes follow it. A video packet that is
 * cut right after its event reads as an audio packet. packet is untouched on failure. */
int cmaf_packet_read(const uint8_t *data, size_t size, struct cmaf_packet *packet);

#endif

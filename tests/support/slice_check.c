#include "support/slice_check.h"
#include "support/slice_syntax.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { UNIT_SLICE = 1, UNIT_IDR = 5, UNIT_SPS = 7, UNIT_PPS = 8, FORGET_ALL = 5 };

struct slice_check {
    uint8_t *avcc; /* owned */
    size_t avcc_size;
    struct slice_syntax_sps sps;
    struct slice_syntax_pps pps[2];
    bool started;                   /* what follows is of the sample before */
    struct slice_syntax_slice last; /* its first slice */
    int64_t last_sequence;
    unsigned prev_ref_frame_num; /* PrevRefFrameNum, 7.4.3 */
    int64_t sequence;            /* of the sample at hand, -1 before the first */
    char error[200];
};

struct unit {
    const uint8_t *data;
    size_t size;
};

static int fail(struct slice_check *c, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static int fail(struct slice_check *c, const char *format, ...)
{
    if (c->error[0])
        return -1;
    int used = 0;
    if (c->sequence >= 0)
        used = snprintf(c->error, sizeof c->error, "sample %lld: ", (long long)c->sequence);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(c->error + used, sizeof c->error - (size_t)used, format, arguments);
    va_end(arguments);
    return -1;
}

/* 7.4.1: what no NAL unit may hold. */
static int check_bytes(struct slice_check *c, const struct unit *u)
{
    unsigned zeros = 0;
    if (u->data[0] >= 0x80)
        return fail(c, "forbidden_zero_bit is set");
    for (size_t i = 0; i < u->size; i++) {
        unsigned byte = u->data[i];
        if (zeros >= 2 && byte < 3)
            return fail(c, "start code or zeros inside a NAL unit");
        if (zeros >= 2 && byte == 3 && i + 1 < u->size && u->data[i + 1] > 3)
            return fail(c, "an emulation prevention byte before byte 0x%02x", u->data[i + 1]);
        zeros = byte ? 0 : zeros + 1;
    }
    return zeros ? fail(c, "a NAL unit ends with a zero byte") : 0;
}

/* ISO/IEC 14496-15 5.3.3.1: takes a unit behind a length of length_bytes off *at. */
static bool take_unit(struct unit *u, const uint8_t **at, size_t *left, size_t length_bytes)
{
    size_t size = 0;
    if (*left < length_bytes)
        return false;
    for (size_t i = 0; i < length_bytes; i++)
        size = size << 8 | (*at)[i];
    if (!size || size > *left - length_bytes)
        return false;
    *u = (struct unit){.data = *at + length_bytes, .size = size};
    *at += length_bytes + size;
    *left -= length_bytes + size;
    return true;
}

static int check_sps(struct slice_check *c, const struct unit *u)
{
    struct slice_syntax_bits bits;
    const struct slice_syntax_sps *s = &c->sps;
    if (check_bytes(c, u))
        return -1;
    if (u->data[0] % 32 != UNIT_SPS || u->size < 4 || memcmp(u->data + 1, c->avcc + 1, 3) != 0)
        return fail(c, "avcC: profile and level are not those of the SPS");
    if (!slice_syntax_open(&bits, u->data, u->size))
        return fail(c, "no memory");
    bool readable = slice_syntax_read_sps(&c->sps, &bits);
    slice_syntax_close(&bits);
    if (!readable)
        return fail(c, "SPS: unreadable, or pic_order_cnt_type %u", s->poc_type);
    if (!s->progressive || s->separate_planes)
        return fail(c, "SPS: interlaced or separate colour planes");
    if (s->reference_frames != 1 || s->gaps_allowed)
        return fail(c, "SPS: %u reference frames, gaps allowed %d", s->reference_frames,
                    s->gaps_allowed);
    if (!s->has_restriction || s->reordered_frames)
        return fail(c, "SPS: max_num_reorder_frames missing or not 0");
    return 0;
}

/* Whether two PPS are the same from the bit behind their ids on, the stop bit included. */
static bool same_behind_id(struct slice_syntax_bits *a, size_t a_at, struct slice_syntax_bits *b,
                           size_t b_at)
{
    size_t most = a->count > b->count ? a->count : b->count;
    a->at = a_at;
    b->at = b_at;
    for (size_t i = 0; i < most; i++) { /* what lies past the end reads as 0, as trailing bits do */
        if (slice_syntax_u(a, 1) != slice_syntax_u(b, 1))
            return false;
    }
    return true;
}

static int check_pps(struct slice_check *c, const struct unit units[2])
{
    struct slice_syntax_bits bits[2] = {{0}, {0}};
    bool readable = true;
    for (unsigned i = 0; i < 2 && readable; i++) {
        readable = !check_bytes(c, &units[i]) && units[i].data[0] % 32 == UNIT_PPS &&
                   slice_syntax_open(&bits[i], units[i].data, units[i].size) &&
                   slice_syntax_read_pps(&c->pps[i], &bits[i]);
    }
    bool same = readable && units[0].data[0] == units[1].data[0] &&
                same_behind_id(&bits[0], c->pps[0].behind_id, &bits[1], c->pps[1].behind_id);
    slice_syntax_close(&bits[0]);
    slice_syntax_close(&bits[1]);
    if (!readable)
        return fail(c, "PPS: unreadable");
    const struct slice_syntax_pps *p = c->pps;
    if (p[0].id != 0 || p[1].id != 1)
        return fail(c, "PPS: ids %u and %u", p[0].id, p[1].id);
    if (!same)
        return fail(c, "PPS: 0 and 1 differ in more than their id");
    if (p->sps_id != c->sps.id)
        return fail(c, "PPS: of SPS %u", p->sps_id);
    if (p->slice_groups != 1 || p->weighted || p->redundant_pictures)
        return fail(c, "PPS: slice groups, weights or redundant pictures");
    return 0;
}

/* The bytes behind the parameter sets: chroma format and bit depths of the high profiles. */
static int check_record_end(struct slice_check *c, const uint8_t *at, size_t left)
{
    const struct slice_syntax_sps *s = &c->sps;
    bool high = s->profile_idc != 66 && s->profile_idc != 77 && s->profile_idc != 88;
    if (left != (high ? 4 : 0))
        return fail(c, "avcC: %zu bytes behind the parameter sets", left);
    if (!high)
        return 0;
    if (at[0] != (0xfc | s->chroma_format_idc) || at[1] != (0xf8 | (s->bit_depth_luma - 8)) ||
        at[2] != (0xf8 | (s->bit_depth_chroma - 8)) || at[3] != 0)
        return fail(c, "avcC: chroma format or bit depths are not those of the SPS");
    return 0;
}

static int check_record(struct slice_check *c)
{
    const uint8_t *at = c->avcc;
    size_t left = c->avcc_size;
    struct unit sps, pps[2];
    if (left < 6 || at[0] != 1 || at[4] != 0xff || at[5] != 0xe1)
        return fail(c, "avcC: version, length size or count of SPS");
    at += 6;
    left -= 6;
    if (!take_unit(&sps, &at, &left, 2) || !left || *at != 2)
        return fail(c, "avcC: SPS cut off, or not two PPS");
    at++;
    left--;
    if (!take_unit(&pps[0], &at, &left, 2) || !take_unit(&pps[1], &at, &left, 2))
        return fail(c, "avcC: PPS cut off");
    if (check_sps(c, &sps) || check_pps(c, pps))
        return -1;
    return check_record_end(c, at, left);
}

struct slice_check *slice_check_create(const uint8_t *avcc, size_t size)
{
    struct slice_check *c = calloc(1, sizeof *c);
    if (!c)
        return NULL;
    c->avcc = malloc(size ? size : 1);
    if (!c->avcc) {
        free(c);
        return NULL;
    }
    if (size)
        memcpy(c->avcc, avcc, size);
    c->avcc_size = size;
    c->sequence = -1;
    (void)check_record(c); /* its text is kept for the first check */
    return c;
}

void slice_check_destroy(struct slice_check *c)
{
    if (c)
        free(c->avcc);
    free(c);
}

const char *slice_check_error(const struct slice_check *c)
{
    return c->error;
}

int slice_check_avcc(struct slice_check *c, const uint8_t *avcc, size_t size)
{
    if (c->error[0])
        return -1;
    if (size != c->avcc_size || memcmp(avcc, c->avcc, size) != 0)
        return fail(c, "another avcC than before: SPS and PPS must stay the same");
    return 0;
}

/* CABAC data start at a whole byte after ones (7.3.4); of all data, at least the stop bit is there.
 */
static int check_data(struct slice_check *c, struct slice_syntax_bits *b, bool cabac)
{
    while (cabac && b->at % 8 && !b->broken) {
        if (!slice_syntax_u(b, 1))
            return fail(c, "cabac_alignment_one_bit is 0");
    }
    while (b->at < b->count) {
        if (slice_syntax_u(b, 1))
            return 0;
    }
    return fail(c, "a slice without data");
}

/* Values that are out of range or make no sense with one reference and progressive pictures. */
static int check_values(struct slice_check *c, const struct slice_syntax_slice *s)
{
    bool p = s->unit_type == UNIT_SLICE;
    if (s->ref_idc == 0)
        return fail(c, "nal_ref_idc is 0");
    if (s->type > 9 || s->type % 5 != (p ? 0 : 2))
        return fail(c, "slice_type %u in a NAL unit of type %u", s->type, s->unit_type);
    if (s->first_mb >= c->sps.mbs)
        return fail(c, "first_mb_in_slice %u of %u", s->first_mb, c->sps.mbs);
    if (p && (s->references != 1 || s->lists_modified))
        return fail(c, "%u references, list modification %d", s->references, s->lists_modified);
    if (s->cabac_init_idc > 2 || s->qp < 0 || s->qp > 51 || s->deblocking_idc > 2)
        return fail(c, "cabac_init_idc %u, QP %d, disable_deblocking_filter_idc %u",
                    s->cabac_init_idc, s->qp, s->deblocking_idc);
    if (abs(s->alpha_offset) > 6 || abs(s->beta_offset) > 6)
        return fail(c, "deblocking offsets %d and %d", s->alpha_offset, s->beta_offset);
    return 0;
}

static int read_slice(struct slice_check *c, const struct unit *u, struct slice_syntax_slice *s)
{
    struct slice_syntax_bits bits;
    *s = (struct slice_syntax_slice){.ref_idc = u->data[0] / 32, .unit_type = u->data[0] % 32};
    if (check_bytes(c, u))
        return -1;
    if (s->unit_type != UNIT_SLICE && s->unit_type != UNIT_IDR)
        return fail(c, "a NAL unit of type %u (ref_idc %u)", s->unit_type, s->ref_idc);
    if (!slice_syntax_open(&bits, u->data, u->size))
        return fail(c, "no memory");
    int status = 0;
    if (!slice_syntax_read_slice(s, &bits, &c->sps, &c->pps[0]))
        status = fail(c, "slice header cut off or unreadable");
    if (!status)
        status = check_values(c, s);
    if (!status)
        status = check_data(c, &bits, c->pps[0].cabac);
    slice_syntax_close(&bits);
    return status;
}

/* dec_ref_pic_marking() is the same in all slices of a picture (7.4.3.3). */
static bool same_marking(const struct slice_syntax_slice *a, const struct slice_syntax_slice *b)
{
    return a->no_output_of_prior == b->no_output_of_prior && a->long_term == b->long_term &&
           a->adaptive == b->adaptive && a->operation_count == b->operation_count &&
           memcmp(a->operations, b->operations, a->operation_count * sizeof a->operations[0]) == 0;
}

/* 7.4.1.2.4 for one SPS and pic_order_cnt_type 2: whether b starts another picture than a's. */
static bool starts_picture(const struct slice_syntax_slice *a, const struct slice_syntax_slice *b)
{
    return a->frame_num != b->frame_num || a->pps_id != b->pps_id || !a->ref_idc != !b->ref_idc ||
           a->unit_type != b->unit_type ||
           (a->unit_type == UNIT_IDR && a->idr_pic_id != b->idr_pic_id);
}

static int check_within_picture(struct slice_check *c, const struct slice_syntax_slice *first,
                                const struct slice_syntax_slice *before,
                                const struct slice_syntax_slice *s)
{
    if (s->first_mb <= before->first_mb)
        return fail(c, "first_mb_in_slice %u after %u", s->first_mb, before->first_mb);
    if (starts_picture(first, s))
        return fail(c,
                    "slices of one sample belong to different pictures (pps %u and %u, "
                    "frame_num %u and %u, idr_pic_id %u and %u)",
                    first->pps_id, s->pps_id, first->frame_num, s->frame_num, first->idr_pic_id,
                    s->idr_pic_id);
    if (!same_marking(first, s))
        return fail(c, "marking differs between the slices of a picture");
    return 0;
}

static int check_idr(struct slice_check *c, const struct slice_syntax_slice *s)
{
    if (s->frame_num != 0)
        return fail(c, "frame_num %u in an IDR picture", s->frame_num);
    if (s->pps_id != 0)
        return fail(c, "pic_parameter_set_id %u in an IDR picture", s->pps_id);
    if (c->started && c->last.unit_type == UNIT_IDR && c->last.idr_pic_id == s->idr_pic_id)
        return fail(c, "idr_pic_id %u twice in a row", s->idr_pic_id);
    if (s->idr_pic_id != (unsigned)(c->sequence % 65536))
        return fail(c, "idr_pic_id %u", s->idr_pic_id);
    if (s->long_term || s->no_output_of_prior)
        return fail(c, "IDR marking: long-term %d, no_output_of_prior_pics %d", s->long_term,
                    s->no_output_of_prior);
    return 0;
}

static int check_p(struct slice_check *c, const struct slice_syntax_slice *s)
{
    unsigned expected = (c->prev_ref_frame_num + 1) % (1u << c->sps.frame_num_bits);
    if (!c->started)
        return fail(c, "the stream starts with a P picture");
    if (c->sequence != c->last_sequence + 1)
        return fail(c, "a P picture behind sample %lld", (long long)c->last_sequence);
    if (s->frame_num != expected)
        return fail(c, "frame_num %u where %u is due", s->frame_num, expected);
    if (!s->adaptive || s->operation_count != 1 || s->operations[0] != FORGET_ALL)
        return fail(c, "marking is not memory_management_control_operation 5 alone");
    if (!starts_picture(&c->last, s))
        return fail(c, "cannot be told from the picture before (pic_parameter_set_id %u)",
                    s->pps_id);
    if (s->pps_id != (unsigned)(c->sequence & 1))
        return fail(c, "pic_parameter_set_id %u", s->pps_id);
    return 0;
}

static int check_sample(struct slice_check *c, const uint8_t *data, size_t size, bool packet)
{
    struct slice_syntax_slice first = {0}, before = {0}, s;
    struct unit u;
    unsigned slices = 0;

    for (; size; slices++) {
        if (!take_unit(&u, &data, &size, 4))
            return fail(c, "a NAL unit goes past the sample's end, or is empty");
        if (read_slice(c, &u, &s))
            return -1;
        if (slices && check_within_picture(c, &first, &before, &s))
            return -1;
        if (!slices)
            first = s;
        before = s;
    }
    if (!slices)
        return fail(c, "no slice");
    if (first.first_mb != 0)
        return fail(c, "starts with first_mb_in_slice %u", first.first_mb);
    bool idr = first.unit_type == UNIT_IDR;
    if (packet && !idr)
        return fail(c, "the sample of an Initialization Packet is no IDR picture");
    if (idr ? check_idr(c, &first) : check_p(c, &first))
        return -1;
    c->started = true;
    c->last = first;
    c->last_sequence = c->sequence;
    c->prev_ref_frame_num = 0; /* after an IDR picture, and after operation 5 (7.4.3) */
    return 0;
}

int slice_check_sample(struct slice_check *c, const uint8_t *data, size_t size, int64_t sequence)
{
    c->sequence = sequence;
    return c->error[0] ? -1 : check_sample(c, data, size, false);
}

int slice_check_packet_sample(struct slice_check *c, const uint8_t *data, size_t size,
                              int64_t sequence)
{
    c->sequence = sequence;
    return c->error[0] ? -1 : check_sample(c, data, size, true);
}

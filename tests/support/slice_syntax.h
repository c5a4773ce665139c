/* The syntax of parameter sets and slice headers (ISO/IEC 14496-10 7.3) as slice_check reads it:
 * written a second time, from the standard, so that a misreading in media/h264 is not repeated.
 * Thread-safety: an object belongs to one thread at a time. */
#ifndef TESTS_SUPPORT_SLICE_SYNTAX_H
#define TESTS_SUPPORT_SLICE_SYNTAX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SLICE_SYNTAX_OPERATIONS = 8 };

/* Bits of an unescaped NAL unit, the header byte left out. */
struct slice_syntax_bits {
    uint8_t *bytes; /* owned */
    size_t count;   /* of bits */
    size_t at;
    bool broken; /* a read went past the end, or a code was too long */
};

struct slice_syntax_sps {
    unsigned id, profile_idc, chroma_format_idc, bit_depth_luma, bit_depth_chroma;
    unsigned frame_num_bits, poc_type, reference_frames, mbs;
    bool gaps_allowed, progressive, separate_planes, has_restriction;
    unsigned reordered_frames;
};

struct slice_syntax_pps {
    unsigned id, sps_id, slice_groups, references_l0;
    bool cabac, weighted, deblocking_control, redundant_pictures;
    int init_qp;
    size_t behind_id; /* the bit that follows pic_parameter_set_id */
};

struct slice_syntax_slice {
    unsigned ref_idc, unit_type; /* of the NAL unit */
    unsigned first_mb, type, pps_id, frame_num, idr_pic_id;
    unsigned references; /* num_ref_idx_l0_active */
    bool lists_modified;
    bool no_output_of_prior, long_term, adaptive;
    unsigned operations[SLICE_SYNTAX_OPERATIONS]; /* without the 0 that ends them */
    unsigned operation_count;
    unsigned cabac_init_idc;
    int qp;
    unsigned deblocking_idc;
    int alpha_offset, beta_offset;
};

/* Unescapes a NAL unit of at least one byte. False where memory is short. */
bool slice_syntax_open(struct slice_syntax_bits *b, const uint8_t *unit, size_t size);
void slice_syntax_close(struct slice_syntax_bits *b);
unsigned slice_syntax_u(struct slice_syntax_bits *b, unsigned count); /* count 0..32 */
unsigned slice_syntax_ue(struct slice_syntax_bits *b);
int slice_syntax_se(struct slice_syntax_bits *b);

/* Each reads from where b stands. False where bits are missing or make no sense. The slice reader
 * takes progressive streams with pic_order_cnt_type 2 and without weights and slice groups. */
bool slice_syntax_read_sps(struct slice_syntax_sps *s, struct slice_syntax_bits *b);
bool slice_syntax_read_pps(struct slice_syntax_pps *p, struct slice_syntax_bits *b);
bool slice_syntax_read_slice(struct slice_syntax_slice *s, struct slice_syntax_bits *b,
                             const struct slice_syntax_sps *sps,
                             const struct slice_syntax_pps *pps);

#endif

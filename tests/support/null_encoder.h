/* An encoder that costs nothing: at creation it has libx264 make one IDR and one P access unit of a
 * grey picture, and hands these out forever. For tests of many hours in virtual time. */
#ifndef TESTS_SUPPORT_NULL_ENCODER_H
#define TESTS_SUPPORT_NULL_ENCODER_H

#include "packager/encode/encoder.h"

extern const struct encoder_ops null_encoder;

#endif

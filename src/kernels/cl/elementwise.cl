// y = activation(a OP b), or of a alone. Blocked: a work-item computes four channels of a pixel; dimension 0: pixels of a plane, 1: planes,
// 2: batch items and blocks of channels. Planar: one element of COUNT. An operand is a whole tensor, one value a channel (tensor or
// constants in blocks of four), or one number; A and B say how its element is found.
#if OPERATION == 0
#define COMBINE(a, b) (a)
#elif OPERATION == 1
#define COMBINE(a, b) ((a) + (b))
#elif OPERATION == 2
#define COMBINE(a, b) ((a) - (b))
#elif OPERATION == 3
#define COMBINE(a, b) ((a) * (b))
#else
#define COMBINE(a, b) ((a) / (b))
#endif

// WHOLE, PER_CHANNEL: memory of the activations with its place; CONSTANTS, NUMBER: packed floats.
#define WHOLE 0
#define PER_CHANNEL 1
#define CONSTANTS 2
#define NUMBER 3

#if A < CONSTANTS
#define A_ARGUMENT __global const x_t* restrict a, int a0
#else
#define A_ARGUMENT __global const float* restrict a
#endif
#if B < CONSTANTS
#define B_ARGUMENT __global const r_t* restrict b, int b0,
#else
#define B_ARGUMENT __global const float* restrict b,
#endif
#if OPERATION == 0
#undef B_ARGUMENT
#define B_ARGUMENT
#endif

#if A == WHOLE
#define A_FOUR X_LOAD4(a + a0 + n * X_N + c * X_C + d * X_D + h * X_H + w * 4)
#elif A == PER_CHANNEL
#define A_FOUR X_LOAD4(a + a0 + n * X_N + c * X_C)
#elif A == CONSTANTS
#define A_FOUR (*(__global const float4*)(a + c * 4))
#else
#define A_FOUR ((float4)(a[0]))
#endif
#if B == WHOLE
#define B_FOUR R_LOAD4(b + b0 + n * R_N + c * R_C + d * R_D + h * R_H + w * 4)
#elif B == PER_CHANNEL
#define B_FOUR R_LOAD4(b + b0 + n * R_N + c * R_C)
#elif B == CONSTANTS
#define B_FOUR (*(__global const float4*)(b + c * 4))
#else
#define B_FOUR ((float4)(b[0]))
#endif

#ifdef COUNT
__kernel void planar(A_ARGUMENT, B_ARGUMENT __global y_t* restrict y, int y0) {
  const int i = get_global_id(0);
  if (i >= COUNT) return;
#if A == WHOLE
  const float left = X_LOAD(a + a0 + i);
#else
  const float left = a[0];
#endif
#if OPERATION == 0
  const float right = 0;
#elif B == WHOLE
  const float right = R_LOAD(b + b0 + i);
#else
  const float right = b[0];
#endif
  const float v = COMBINE(left, right);
  Y_STORE(ACTIVATE(v), y + y0 + i);
}
#else
__kernel void blocked(A_ARGUMENT, B_ARGUMENT __global y_t* restrict y, int y0) {
  const int pixel = get_global_id(0);
  if (pixel >= IH * IW) return;
  const int h = pixel / IW, w = pixel - h * IW, d = get_global_id(1);
  const int n = (int)get_global_id(2) / Y_BLOCKS, c = (int)get_global_id(2) - n * Y_BLOCKS;
  const float4 v = COMBINE(A_FOUR, B_FOUR);
  Y_STORE4(ACTIVATE(v), y + y0 + n * Y_N + c * Y_C + d * Y_D + h * Y_H + w * 4);
}
#endif

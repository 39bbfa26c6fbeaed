// What all kernels share: the types of elements in memory, loads and stores of four channels, activations. In front of every kernel.
//
// Tensors lie in blocks of four channels, [n][c/4][d][h][w][4] with halos; NAME_N, NAME_C, NAME_D and NAME_H are the distances from one
// batch item, block, plane and row to the next, in elements. With NAME_HALF its elements are halves in memory. What is computed are floats;
// with HALF_SUMS convolutions multiply and add in halves. Written as a * b + c or mad(), never fma(), which some GPUs have to emulate.
#ifdef HAS_HALVES
#pragma OPENCL EXTENSION cl_khr_fp16 : enable
#define LOAD_HALF4(p) convert_float4(*(__global const half4*)(p))
#define STORE_HALF4(v, p) (*(__global half4*)(p) = convert_half4(v))
#else
#define LOAD_HALF4(p) vload_half4(0, p)
#define STORE_HALF4(v, p) vstore_half4_rte(v, 0, p)
#endif
#define LOAD_FLOAT4(p) (*(__global const float4*)(p))
#define STORE_FLOAT4(v, p) (*(__global float4*)(p) = (v))

#ifdef X_HALF
typedef half x_t;
#define X_LOAD4 LOAD_HALF4
#define X_LOAD(p) vload_half(0, p)
#else
typedef float x_t;
#define X_LOAD4 LOAD_FLOAT4
#define X_LOAD(p) (*(p))
#endif

// A second input.
#ifdef R_HALF
typedef half r_t;
#define R_LOAD4 LOAD_HALF4
#define R_LOAD(p) vload_half(0, p)
#else
typedef float r_t;
#define R_LOAD4 LOAD_FLOAT4
#define R_LOAD(p) (*(p))
#endif

#ifdef W_HALF
typedef half w_t;
#define W_LOAD4 LOAD_HALF4
#else
typedef float w_t;
#define W_LOAD4 LOAD_FLOAT4
#endif

#ifdef Y_HALF
typedef half y_t;
#define Y_STORE4 STORE_HALF4
#define Y_STORE(v, p) vstore_half_rte(v, 0, p)
#else
typedef float y_t;
#define Y_STORE4 STORE_FLOAT4
#define Y_STORE(v, p) (*(p) = (v))
#endif

// What convolutions multiply and add, four at a time.
#ifdef HALF_SUMS
typedef half4 real4;
#define X_REAL4(p) (*(__global const half4*)(p))
#define W_REAL4(p) (*(__global const half4*)(p))
#define FLOATS(v) convert_float4(v)
#else
typedef float4 real4;
#define X_REAL4 X_LOAD4
#define W_REAL4 W_LOAD4
#define FLOATS(v) (v)
#endif

// Activations of four values or of one. Comparisons are written so that what is no number stays none.
#ifndef ACT
#define ACT act_none
#endif
#ifndef ACT_ALPHA
#define ACT_ALPHA 0.0f
#define ACT_BETA 0.0f
#endif
#define ACTIVATIONS(type)                                                                                          \
  type __attribute__((overloadable)) act_none(type v) { return v; }                                                \
  type __attribute__((overloadable)) act_relu(type v) { return v < (type)(0) ? (type)(0) : v; }                    \
  type __attribute__((overloadable)) act_clip(type v) {                                                            \
    v = v < (type)(ACT_ALPHA) ? (type)(ACT_ALPHA) : v;                                                             \
    return v > (type)(ACT_BETA) ? (type)(ACT_BETA) : v;                                                            \
  }                                                                                                                \
  type __attribute__((overloadable)) act_leaky_relu(type v) {                                                      \
    return v < (type)(0) ? v * (type)(ACT_ALPHA) : v;                                                              \
  }                                                                                                                \
  type __attribute__((overloadable)) act_sigmoid(type v) { return (type)(1) / ((type)(1) + exp(-v)); }             \
  type __attribute__((overloadable)) act_tanh(type v) { return tanh(v); }                                          \
  type __attribute__((overloadable)) unit(type v) {                                                                \
    v = v > (type)(1) ? (type)(1) : v;                                                                             \
    return v < (type)(0) ? (type)(0) : v;                                                                          \
  }                                                                                                                \
  type __attribute__((overloadable)) act_hard_sigmoid(type v) {                                                    \
    return unit(v * (type)(ACT_ALPHA) + (type)(ACT_BETA));                                                         \
  }                                                                                                                \
  type __attribute__((overloadable)) act_hard_swish(type v) { return v * unit(v / (type)(6) + (type)(0.5f)); }     \
  type __attribute__((overloadable)) act_swish(type v) { return v / ((type)(1) + exp(-v)); }
ACTIVATIONS(float)
ACTIVATIONS(float4)
#define ACTIVATE(v) ACT(v)


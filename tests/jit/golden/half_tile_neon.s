sub sp, sp, 64                              ; FF0301D1
stp d8, d9, [sp]                            ; E827006D
stp d10, d11, [sp, 16]                      ; EA2F016D
stp d12, d13, [sp, 32]                      ; EC37026D
stp d14, d15, [sp, 48]                      ; EE3F036D
ldr x1, [x0]                                ; 010040F9
ldr x2, [x0, 8]                             ; 020440F9
ldr x3, [x0, 16]                            ; 030840F9
ldr x4, [x0, 24]                            ; 040C40F9
movi v20.4s, 0                              ; 14E4004F
movi v21.4s, 0                              ; 15E4004F
movi v22.4s, 0                              ; 16E4004F
movi v23.4s, 0                              ; 17E4004F
movi v24.4s, 0                              ; 18E4004F
movi v25.4s, 0                              ; 19E4004F
movi v26.4s, 0                              ; 1AE4004F
movi v27.4s, 0                              ; 1BE4004F
movi v28.4s, 0                              ; 1CE4004F
movi v29.4s, 0                              ; 1DE4004F
movi v30.4s, 0                              ; 1EE4004F
movi v31.4s, 0                              ; 1FE4004F
cbz x3, L1                                  ; 030000B4
L0:
ldrsw x5, [x2]                              ; 450080B9
ldrsw x6, [x2, 4]                           ; 460480B9
add x2, x2, 8                               ; 42200091
add x5, x5, x1                              ; A500018B
add x6, x6, x4                              ; C600048B
ldur q3, [x6]                               ; C300C03C
ldur q0, [x5]                               ; A000C03C
ldur q1, [x5, 16]                           ; A100C13C
ldur q2, [x5, 32]                           ; A200C23C
ldur q4, [x6, 16]                           ; C400C13C
ldur q5, [x6, 32]                           ; C500C23C
ldur q6, [x6, 48]                           ; C600C33C
fmla v20.8h, v3.8h, v0.h[0]                 ; 7410004F
fmla v22.8h, v3.8h, v1.h[0]                 ; 7610014F
ldur q7, [x6, 64]                           ; C700C43C
fmla v24.8h, v3.8h, v2.h[0]                 ; 7810024F
fmla v26.8h, v4.8h, v0.h[0]                 ; 9A10004F
fmla v28.8h, v4.8h, v1.h[0]                 ; 9C10014F
ldur q8, [x6, 80]                           ; C800C53C
fmla v30.8h, v4.8h, v2.h[0]                 ; 9E10024F
fmla v21.8h, v5.8h, v0.h[1]                 ; B510104F
fmla v23.8h, v5.8h, v1.h[1]                 ; B710114F
ldur q9, [x6, 96]                           ; C900C63C
fmla v25.8h, v5.8h, v2.h[1]                 ; B910124F
fmla v27.8h, v6.8h, v0.h[1]                 ; DB10104F
fmla v29.8h, v6.8h, v1.h[1]                 ; DD10114F
ldur q10, [x6, 112]                         ; CA00C73C
fmla v31.8h, v6.8h, v2.h[1]                 ; DF10124F
fmla v20.8h, v7.8h, v0.h[2]                 ; F410204F
fmla v22.8h, v7.8h, v1.h[2]                 ; F610214F
ldur q11, [x6, 128]                         ; CB00C83C
fmla v24.8h, v7.8h, v2.h[2]                 ; F810224F
fmla v26.8h, v8.8h, v0.h[2]                 ; 1A11204F
fmla v28.8h, v8.8h, v1.h[2]                 ; 1C11214F
ldur q12, [x6, 144]                         ; CC00C93C
fmla v30.8h, v8.8h, v2.h[2]                 ; 1E11224F
fmla v21.8h, v9.8h, v0.h[3]                 ; 3511304F
fmla v23.8h, v9.8h, v1.h[3]                 ; 3711314F
fmla v25.8h, v9.8h, v2.h[3]                 ; 3911324F
fmla v27.8h, v10.8h, v0.h[3]                ; 5B11304F
fmla v29.8h, v10.8h, v1.h[3]                ; 5D11314F
fmla v31.8h, v10.8h, v2.h[3]                ; 5F11324F
fmla v20.8h, v11.8h, v0.h[4]                ; 7419004F
fmla v22.8h, v11.8h, v1.h[4]                ; 7619014F
fmla v24.8h, v11.8h, v2.h[4]                ; 7819024F
fmla v26.8h, v12.8h, v0.h[4]                ; 9A19004F
fmla v28.8h, v12.8h, v1.h[4]                ; 9C19014F
fmla v30.8h, v12.8h, v2.h[4]                ; 9E19024F
subs x3, x3, 1                              ; 630400F1
b.ne L0                                     ; E1F9FF54
L1:
ldr x7, [x0, 32]                            ; 071040F9
ldr x5, [x0, 64]                            ; 052040F9
ldr x6, [x0, 40]                            ; 061440F9
ldr x3, [x0, 48]                            ; 031840F9
ldr x2, [x0, 56]                            ; 021C40F9
tst x5, 1                                   ; BF0040F2
b.eq L2                                     ; 00000054
ldur q4, [x7]                               ; E400C03C
ldr q5, [x7, 4096]                          ; E500C43D
ldur q6, [x7, 16]                           ; E600C13C
ldr q7, [x7, 4112]                          ; E704C43D
ldur q8, [x7, 32]                           ; E800C23C
ldr q9, [x7, 4128]                          ; E908C43D
ldr q10, [x7, 8192]                         ; EA00C83D
ldr q11, [x7, 8208]                         ; EB04C83D
ldr q12, [x7, 8224]                         ; EC08C83D
b L3                                        ; 00000014
L2:
ldur q4, [x6]                               ; C400C03C
ldur q5, [x6, 16]                           ; C500C13C
ldur q6, [x6]                               ; C600C03C
ldur q7, [x6, 16]                           ; C700C13C
ldur q8, [x6]                               ; C800C03C
ldur q9, [x6, 16]                           ; C900C13C
ldur q10, [x6, 32]                          ; CA00C23C
ldur q11, [x6, 32]                          ; CB00C23C
ldur q12, [x6, 32]                          ; CC00C23C
L3:
ldp q2, q3, [x3]                            ; 620C40AD
fcvtl v0.4s, v20.4h                         ; 807A210E
fcvtl2 v1.4s, v20.8h                        ; 817A214E
fmla v4.4s, v0.4s, v2.4s                    ; 04CC224E
fmla v5.4s, v1.4s, v3.4s                    ; 25CC234E
fcvtl v0.4s, v21.4h                         ; A07A210E
fcvtl2 v1.4s, v21.8h                        ; A17A214E
fmla v4.4s, v0.4s, v2.4s                    ; 04CC224E
fmla v5.4s, v1.4s, v3.4s                    ; 25CC234E
fcvtl v0.4s, v22.4h                         ; C07A210E
fcvtl2 v1.4s, v22.8h                        ; C17A214E
fmla v6.4s, v0.4s, v2.4s                    ; 06CC224E
fmla v7.4s, v1.4s, v3.4s                    ; 27CC234E
fcvtl v0.4s, v23.4h                         ; E07A210E
fcvtl2 v1.4s, v23.8h                        ; E17A214E
fmla v6.4s, v0.4s, v2.4s                    ; 06CC224E
fmla v7.4s, v1.4s, v3.4s                    ; 27CC234E
fcvtl v0.4s, v24.4h                         ; 007B210E
fcvtl2 v1.4s, v24.8h                        ; 017B214E
fmla v8.4s, v0.4s, v2.4s                    ; 08CC224E
fmla v9.4s, v1.4s, v3.4s                    ; 29CC234E
fcvtl v0.4s, v25.4h                         ; 207B210E
fcvtl2 v1.4s, v25.8h                        ; 217B214E
fmla v8.4s, v0.4s, v2.4s                    ; 08CC224E
fmla v9.4s, v1.4s, v3.4s                    ; 29CC234E
ldp q2, q3, [x3, 32]                        ; 620C41AD
fcvtl v0.4s, v26.4h                         ; 407B210E
fcvtl2 v1.4s, v26.8h                        ; 417B214E
fmla v10.4s, v0.4s, v2.4s                   ; 0ACC224E
fcvtl v0.4s, v27.4h                         ; 607B210E
fcvtl2 v1.4s, v27.8h                        ; 617B214E
fmla v10.4s, v0.4s, v2.4s                   ; 0ACC224E
fcvtl v0.4s, v28.4h                         ; 807B210E
fcvtl2 v1.4s, v28.8h                        ; 817B214E
fmla v11.4s, v0.4s, v2.4s                   ; 0BCC224E
fcvtl v0.4s, v29.4h                         ; A07B210E
fcvtl2 v1.4s, v29.8h                        ; A17B214E
fmla v11.4s, v0.4s, v2.4s                   ; 0BCC224E
fcvtl v0.4s, v30.4h                         ; C07B210E
fcvtl2 v1.4s, v30.8h                        ; C17B214E
fmla v12.4s, v0.4s, v2.4s                   ; 0CCC224E
fcvtl v0.4s, v31.4h                         ; E07B210E
fcvtl2 v1.4s, v31.8h                        ; E17B214E
fmla v12.4s, v0.4s, v2.4s                   ; 0CCC224E
tst x5, 2                                   ; BF007FF2
b.eq L4                                     ; 00000054
ldur q0, [x2]                               ; 4000C03C
fadd v4.4s, v4.4s, v0.4s                    ; 84D4204E
ldr q0, [x2, 4096]                          ; 4000C43D
fadd v5.4s, v5.4s, v0.4s                    ; A5D4204E
ldur q0, [x2, 16]                           ; 4000C13C
fadd v6.4s, v6.4s, v0.4s                    ; C6D4204E
ldr q0, [x2, 4112]                          ; 4004C43D
fadd v7.4s, v7.4s, v0.4s                    ; E7D4204E
ldur q0, [x2, 32]                           ; 4000C23C
fadd v8.4s, v8.4s, v0.4s                    ; 08D5204E
ldr q0, [x2, 4128]                          ; 4008C43D
fadd v9.4s, v9.4s, v0.4s                    ; 29D5204E
ldr q0, [x2, 8192]                          ; 4000C83D
fadd v10.4s, v10.4s, v0.4s                  ; 4AD5204E
ldr q0, [x2, 8208]                          ; 4004C83D
fadd v11.4s, v11.4s, v0.4s                  ; 6BD5204E
ldr q0, [x2, 8224]                          ; 4008C83D
fadd v12.4s, v12.4s, v0.4s                  ; 8CD5204E
movi v0.4s, 0                               ; 00E4004F
fmax v4.4s, v0.4s, v4.4s                    ; 04F4244E
fmax v5.4s, v0.4s, v5.4s                    ; 05F4254E
fmax v6.4s, v0.4s, v6.4s                    ; 06F4264E
fmax v7.4s, v0.4s, v7.4s                    ; 07F4274E
fmax v8.4s, v0.4s, v8.4s                    ; 08F4284E
fmax v9.4s, v0.4s, v9.4s                    ; 09F4294E
fmax v10.4s, v0.4s, v10.4s                  ; 0AF42A4E
fmax v11.4s, v0.4s, v11.4s                  ; 0BF42B4E
fmax v12.4s, v0.4s, v12.4s                  ; 0CF42C4E
L4:
str q4, [x7]                                ; E400803D
str q5, [x7, 4096]                          ; E500843D
str q6, [x7, 16]                            ; E604803D
str q7, [x7, 4112]                          ; E704843D
str q8, [x7, 32]                            ; E808803D
str q9, [x7, 4128]                          ; E908843D
str q10, [x7, 8192]                         ; EA00883D
str q11, [x7, 8208]                         ; EB04883D
str q12, [x7, 8224]                         ; EC08883D
ldp d8, d9, [sp]                            ; E827406D
ldp d10, d11, [sp, 16]                      ; EA2F416D
ldp d12, d13, [sp, 32]                      ; EC37426D
ldp d14, d15, [sp, 48]                      ; EE3F436D
add sp, sp, 64                              ; FF030191
ret x30                                     ; C0035FD6

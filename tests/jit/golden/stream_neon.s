sub sp, sp, 64                              ; FF0301D1
stp d8, d9, [sp]                            ; E827006D
stp d10, d11, [sp, 16]                      ; EA2F016D
stp d12, d13, [sp, 32]                      ; EC37026D
stp d14, d15, [sp, 48]                      ; EE3F036D
ldr x1, [x0]                                ; 010040F9
ldr x2, [x0, 8]                             ; 020440F9
ldr x3, [x0, 16]                            ; 030840F9
ldur q9, [x2]                               ; 4900C03C
ldr x4, [x0, 24]                            ; 040C40F9
cbz x4, L1                                  ; 040000B4
L0:
ldur q0, [x1]                               ; 2000C03C
fmul v0.4s, v0.4s, v9.4s                    ; 00DC296E
ldur q1, [x1, 16]                           ; 2100C13C
fmul v1.4s, v1.4s, v9.4s                    ; 21DC296E
ldur q2, [x1, 32]                           ; 2200C23C
fmul v2.4s, v2.4s, v9.4s                    ; 42DC296E
ldur q3, [x1, 48]                           ; 2300C33C
fmul v3.4s, v3.4s, v9.4s                    ; 63DC296E
mov v13.16b, v0.16b                         ; 0D1CA04E
movi v10.4s, 0                              ; 0AE4004F
fsub v0.4s, v10.4s, v0.4s                   ; 40D5A04E
mov w16, 3266183168                         ; D055B852
dup v12.4s, w16                             ; 0C0E044E
fmax v0.4s, v0.4s, v12.4s                   ; 00F42C4E
mov w16, 1118699520                         ; D055A852
dup v12.4s, w16                             ; 0C0E044E
fmin v0.4s, v0.4s, v12.4s                   ; 00F4AC4E
mov w16, 1069066811                         ; 7047955210F7A772
dup v12.4s, w16                             ; 0C0E044E
fmul v10.4s, v0.4s, v12.4s                  ; 0ADC2C6E
frintn v10.4s, v10.4s                       ; 4A89214E
mov w16, 3207688704                         ; 10408E5230E6B772
dup v12.4s, w16                             ; 0C0E044E
fmla v0.4s, v10.4s, v12.4s                  ; 40CD2C4E
mov w16, 3049242254                         ; D0D19752F0B7B672
dup v12.4s, w16                             ; 0C0E044E
fmla v0.4s, v10.4s, v12.4s                  ; 40CD2C4E
mov w16, 985008993                          ; 306C8152D056A772
dup v11.4s, w16                             ; 0B0E044E
mov w16, 1007192201                         ; 301191521081A772
dup v12.4s, w16                             ; 0C0E044E
fmla v12.4s, v11.4s, v0.4s                  ; 6CCD204E
mov v11.16b, v12.16b                        ; 8B1DAC4E
mov w16, 1026206379                         ; 7055955250A5A772
dup v12.4s, w16                             ; 0C0E044E
fmla v12.4s, v11.4s, v0.4s                  ; 6CCD204E
mov v11.16b, v12.16b                        ; 8B1DAC4E
mov w16, 1042983595                         ; 7055955250C5A772
dup v12.4s, w16                             ; 0C0E044E
fmla v12.4s, v11.4s, v0.4s                  ; 6CCD204E
mov v11.16b, v12.16b                        ; 8B1DAC4E
mov w16, 1056964608                         ; 10E0A752
dup v12.4s, w16                             ; 0C0E044E
fmla v12.4s, v11.4s, v0.4s                  ; 6CCD204E
mov v11.16b, v12.16b                        ; 8B1DAC4E
mov w16, 1065353216                         ; 10F0A752
dup v12.4s, w16                             ; 0C0E044E
fmla v12.4s, v11.4s, v0.4s                  ; 6CCD204E
mov v11.16b, v12.16b                        ; 8B1DAC4E
mov w16, 1065353216                         ; 10F0A752
dup v12.4s, w16                             ; 0C0E044E
fmla v12.4s, v11.4s, v0.4s                  ; 6CCD204E
mov v11.16b, v12.16b                        ; 8B1DAC4E
fcvtns v10.4s, v10.4s                       ; 4AA9214E
shl v10.4s, v10.4s, 23                      ; 4A55374F
mov w16, 1065353216                         ; 10F0A752
dup v12.4s, w16                             ; 0C0E044E
add v10.4s, v10.4s, v12.4s                  ; 4A85AC4E
fmul v0.4s, v11.4s, v10.4s                  ; 60DD2A6E
mov w16, 1065353216                         ; 10F0A752
dup v10.4s, w16                             ; 0A0E044E
fadd v0.4s, v0.4s, v10.4s                   ; 00D42A4E
fdiv v0.4s, v10.4s, v0.4s                   ; 40FD206E
fmul v0.4s, v0.4s, v13.4s                   ; 00DC2D6E
mov v13.16b, v1.16b                         ; 2D1CA14E
movi v10.4s, 0                              ; 0AE4004F
fsub v1.4s, v10.4s, v1.4s                   ; 41D5A14E
mov w16, 3266183168                         ; D055B852
dup v12.4s, w16                             ; 0C0E044E
fmax v1.4s, v1.4s, v12.4s                   ; 21F42C4E
mov w16, 1118699520                         ; D055A852
dup v12.4s, w16                             ; 0C0E044E
fmin v1.4s, v1.4s, v12.4s                   ; 21F4AC4E
mov w16, 1069066811                         ; 7047955210F7A772
dup v12.4s, w16                             ; 0C0E044E
fmul v10.4s, v1.4s, v12.4s                  ; 2ADC2C6E
frintn v10.4s, v10.4s                       ; 4A89214E
mov w16, 3207688704                         ; 10408E5230E6B772
dup v12.4s, w16                             ; 0C0E044E
fmla v1.4s, v10.4s, v12.4s                  ; 41CD2C4E
mov w16, 3049242254                         ; D0D19752F0B7B672
dup v12.4s, w16                             ; 0C0E044E
fmla v1.4s, v10.4s, v12.4s                  ; 41CD2C4E
mov w16, 985008993                          ; 306C8152D056A772
dup v11.4s, w16                             ; 0B0E044E
mov w16, 1007192201                         ; 301191521081A772
dup v12.4s, w16                             ; 0C0E044E
fmla v12.4s, v11.4s, v1.4s                  ; 6CCD214E
mov v11.16b, v12.16b                        ; 8B1DAC4E
mov w16, 1026206379                         ; 7055955250A5A772
dup v12.4s, w16                             ; 0C0E044E
fmla v12.4s, v11.4s, v1.4s                  ; 6CCD214E
mov v11.16b, v12.16b                        ; 8B1DAC4E
mov w16, 1042983595                         ; 7055955250C5A772
dup v12.4s, w16                             ; 0C0E044E
fmla v12.4s, v11.4s, v1.4s                  ; 6CCD214E
mov v11.16b, v12.16b                        ; 8B1DAC4E
mov w16, 1056964608                         ; 10E0A752
dup v12.4s, w16                             ; 0C0E044E
fmla v12.4s, v11.4s, v1.4s                  ; 6CCD214E
mov v11.16b, v12.16b                        ; 8B1DAC4E
mov w16, 1065353216                         ; 10F0A752
dup v12.4s, w16                             ; 0C0E044E
fmla v12.4s, v11.4s, v1.4s                  ; 6CCD214E
mov v11.16b, v12.16b                        ; 8B1DAC4E
mov w16, 1065353216                         ; 10F0A752
dup v12.4s, w16                             ; 0C0E044E
fmla v12.4s, v11.4s, v1.4s                  ; 6CCD214E
mov v11.16b, v12.16b                        ; 8B1DAC4E
fcvtns v10.4s, v10.4s                       ; 4AA9214E
shl v10.4s, v10.4s, 23                      ; 4A55374F
mov w16, 1065353216                         ; 10F0A752
dup v12.4s, w16                             ; 0C0E044E
add v10.4s, v10.4s, v12.4s                  ; 4A85AC4E
fmul v1.4s, v11.4s, v10.4s                  ; 61DD2A6E
mov w16, 1065353216                         ; 10F0A752
dup v10.4s, w16                             ; 0A0E044E
fadd v1.4s, v1.4s, v10.4s                   ; 21D42A4E
fdiv v1.4s, v10.4s, v1.4s                   ; 41FD216E
fmul v1.4s, v1.4s, v13.4s                   ; 21DC2D6E
mov v13.16b, v2.16b                         ; 4D1CA24E
movi v10.4s, 0                              ; 0AE4004F
fsub v2.4s, v10.4s, v2.4s                   ; 42D5A24E
mov w16, 3266183168                         ; D055B852
dup v12.4s, w16                             ; 0C0E044E
fmax v2.4s, v2.4s, v12.4s                   ; 42F42C4E
mov w16, 1118699520                         ; D055A852
dup v12.4s, w16                             ; 0C0E044E
fmin v2.4s, v2.4s, v12.4s                   ; 42F4AC4E
mov w16, 1069066811                         ; 7047955210F7A772
dup v12.4s, w16                             ; 0C0E044E
fmul v10.4s, v2.4s, v12.4s                  ; 4ADC2C6E
frintn v10.4s, v10.4s                       ; 4A89214E
mov w16, 3207688704                         ; 10408E5230E6B772
dup v12.4s, w16                             ; 0C0E044E
fmla v2.4s, v10.4s, v12.4s                  ; 42CD2C4E
mov w16, 3049242254                         ; D0D19752F0B7B672
dup v12.4s, w16                             ; 0C0E044E
fmla v2.4s, v10.4s, v12.4s                  ; 42CD2C4E
mov w16, 985008993                          ; 306C8152D056A772
dup v11.4s, w16                             ; 0B0E044E
mov w16, 1007192201                         ; 301191521081A772
dup v12.4s, w16                             ; 0C0E044E
fmla v12.4s, v11.4s, v2.4s                  ; 6CCD224E
mov v11.16b, v12.16b                        ; 8B1DAC4E
mov w16, 1026206379                         ; 7055955250A5A772
dup v12.4s, w16                             ; 0C0E044E
fmla v12.4s, v11.4s, v2.4s                  ; 6CCD224E
mov v11.16b, v12.16b                        ; 8B1DAC4E
mov w16, 1042983595                         ; 7055955250C5A772
dup v12.4s, w16                             ; 0C0E044E
fmla v12.4s, v11.4s, v2.4s                  ; 6CCD224E
mov v11.16b, v12.16b                        ; 8B1DAC4E
mov w16, 1056964608                         ; 10E0A752
dup v12.4s, w16                             ; 0C0E044E
fmla v12.4s, v11.4s, v2.4s                  ; 6CCD224E
mov v11.16b, v12.16b                        ; 8B1DAC4E
mov w16, 1065353216                         ; 10F0A752
dup v12.4s, w16                             ; 0C0E044E
fmla v12.4s, v11.4s, v2.4s                  ; 6CCD224E
mov v11.16b, v12.16b                        ; 8B1DAC4E
mov w16, 1065353216                         ; 10F0A752
dup v12.4s, w16                             ; 0C0E044E
fmla v12.4s, v11.4s, v2.4s                  ; 6CCD224E
mov v11.16b, v12.16b                        ; 8B1DAC4E
fcvtns v10.4s, v10.4s                       ; 4AA9214E
shl v10.4s, v10.4s, 23                      ; 4A55374F
mov w16, 1065353216                         ; 10F0A752
dup v12.4s, w16                             ; 0C0E044E
add v10.4s, v10.4s, v12.4s                  ; 4A85AC4E
fmul v2.4s, v11.4s, v10.4s                  ; 62DD2A6E
mov w16, 1065353216                         ; 10F0A752
dup v10.4s, w16                             ; 0A0E044E
fadd v2.4s, v2.4s, v10.4s                   ; 42D42A4E
fdiv v2.4s, v10.4s, v2.4s                   ; 42FD226E
fmul v2.4s, v2.4s, v13.4s                   ; 42DC2D6E
mov v13.16b, v3.16b                         ; 6D1CA34E
movi v10.4s, 0                              ; 0AE4004F
fsub v3.4s, v10.4s, v3.4s                   ; 43D5A34E
mov w16, 3266183168                         ; D055B852
dup v12.4s, w16                             ; 0C0E044E
fmax v3.4s, v3.4s, v12.4s                   ; 63F42C4E
mov w16, 1118699520                         ; D055A852
dup v12.4s, w16                             ; 0C0E044E
fmin v3.4s, v3.4s, v12.4s                   ; 63F4AC4E
mov w16, 1069066811                         ; 7047955210F7A772
dup v12.4s, w16                             ; 0C0E044E
fmul v10.4s, v3.4s, v12.4s                  ; 6ADC2C6E
frintn v10.4s, v10.4s                       ; 4A89214E
mov w16, 3207688704                         ; 10408E5230E6B772
dup v12.4s, w16                             ; 0C0E044E
fmla v3.4s, v10.4s, v12.4s                  ; 43CD2C4E
mov w16, 3049242254                         ; D0D19752F0B7B672
dup v12.4s, w16                             ; 0C0E044E
fmla v3.4s, v10.4s, v12.4s                  ; 43CD2C4E
mov w16, 985008993                          ; 306C8152D056A772
dup v11.4s, w16                             ; 0B0E044E
mov w16, 1007192201                         ; 301191521081A772
dup v12.4s, w16                             ; 0C0E044E
fmla v12.4s, v11.4s, v3.4s                  ; 6CCD234E
mov v11.16b, v12.16b                        ; 8B1DAC4E
mov w16, 1026206379                         ; 7055955250A5A772
dup v12.4s, w16                             ; 0C0E044E
fmla v12.4s, v11.4s, v3.4s                  ; 6CCD234E
mov v11.16b, v12.16b                        ; 8B1DAC4E
mov w16, 1042983595                         ; 7055955250C5A772
dup v12.4s, w16                             ; 0C0E044E
fmla v12.4s, v11.4s, v3.4s                  ; 6CCD234E
mov v11.16b, v12.16b                        ; 8B1DAC4E
mov w16, 1056964608                         ; 10E0A752
dup v12.4s, w16                             ; 0C0E044E
fmla v12.4s, v11.4s, v3.4s                  ; 6CCD234E
mov v11.16b, v12.16b                        ; 8B1DAC4E
mov w16, 1065353216                         ; 10F0A752
dup v12.4s, w16                             ; 0C0E044E
fmla v12.4s, v11.4s, v3.4s                  ; 6CCD234E
mov v11.16b, v12.16b                        ; 8B1DAC4E
mov w16, 1065353216                         ; 10F0A752
dup v12.4s, w16                             ; 0C0E044E
fmla v12.4s, v11.4s, v3.4s                  ; 6CCD234E
mov v11.16b, v12.16b                        ; 8B1DAC4E
fcvtns v10.4s, v10.4s                       ; 4AA9214E
shl v10.4s, v10.4s, 23                      ; 4A55374F
mov w16, 1065353216                         ; 10F0A752
dup v12.4s, w16                             ; 0C0E044E
add v10.4s, v10.4s, v12.4s                  ; 4A85AC4E
fmul v3.4s, v11.4s, v10.4s                  ; 63DD2A6E
mov w16, 1065353216                         ; 10F0A752
dup v10.4s, w16                             ; 0A0E044E
fadd v3.4s, v3.4s, v10.4s                   ; 63D42A4E
fdiv v3.4s, v10.4s, v3.4s                   ; 43FD236E
fmul v3.4s, v3.4s, v13.4s                   ; 63DC2D6E
str q0, [x3]                                ; 6000803D
str q1, [x3, 16]                            ; 6104803D
str q2, [x3, 32]                            ; 6208803D
str q3, [x3, 48]                            ; 630C803D
add x1, x1, 64                              ; 21000191
add x3, x3, 64                              ; 63000191
subs x4, x4, 1                              ; 840400F1
b.ne L0                                     ; A1DEFF54
L1:
ldr x4, [x0, 32]                            ; 041040F9
cbz x4, L3                                  ; 040000B4
L2:
ldur q0, [x1]                               ; 2000C03C
fmul v0.4s, v0.4s, v9.4s                    ; 00DC296E
mov v13.16b, v0.16b                         ; 0D1CA04E
movi v10.4s, 0                              ; 0AE4004F
fsub v0.4s, v10.4s, v0.4s                   ; 40D5A04E
mov w16, 3266183168                         ; D055B852
dup v12.4s, w16                             ; 0C0E044E
fmax v0.4s, v0.4s, v12.4s                   ; 00F42C4E
mov w16, 1118699520                         ; D055A852
dup v12.4s, w16                             ; 0C0E044E
fmin v0.4s, v0.4s, v12.4s                   ; 00F4AC4E
mov w16, 1069066811                         ; 7047955210F7A772
dup v12.4s, w16                             ; 0C0E044E
fmul v10.4s, v0.4s, v12.4s                  ; 0ADC2C6E
frintn v10.4s, v10.4s                       ; 4A89214E
mov w16, 3207688704                         ; 10408E5230E6B772
dup v12.4s, w16                             ; 0C0E044E
fmla v0.4s, v10.4s, v12.4s                  ; 40CD2C4E
mov w16, 3049242254                         ; D0D19752F0B7B672
dup v12.4s, w16                             ; 0C0E044E
fmla v0.4s, v10.4s, v12.4s                  ; 40CD2C4E
mov w16, 985008993                          ; 306C8152D056A772
dup v11.4s, w16                             ; 0B0E044E
mov w16, 1007192201                         ; 301191521081A772
dup v12.4s, w16                             ; 0C0E044E
fmla v12.4s, v11.4s, v0.4s                  ; 6CCD204E
mov v11.16b, v12.16b                        ; 8B1DAC4E
mov w16, 1026206379                         ; 7055955250A5A772
dup v12.4s, w16                             ; 0C0E044E
fmla v12.4s, v11.4s, v0.4s                  ; 6CCD204E
mov v11.16b, v12.16b                        ; 8B1DAC4E
mov w16, 1042983595                         ; 7055955250C5A772
dup v12.4s, w16                             ; 0C0E044E
fmla v12.4s, v11.4s, v0.4s                  ; 6CCD204E
mov v11.16b, v12.16b                        ; 8B1DAC4E
mov w16, 1056964608                         ; 10E0A752
dup v12.4s, w16                             ; 0C0E044E
fmla v12.4s, v11.4s, v0.4s                  ; 6CCD204E
mov v11.16b, v12.16b                        ; 8B1DAC4E
mov w16, 1065353216                         ; 10F0A752
dup v12.4s, w16                             ; 0C0E044E
fmla v12.4s, v11.4s, v0.4s                  ; 6CCD204E
mov v11.16b, v12.16b                        ; 8B1DAC4E
mov w16, 1065353216                         ; 10F0A752
dup v12.4s, w16                             ; 0C0E044E
fmla v12.4s, v11.4s, v0.4s                  ; 6CCD204E
mov v11.16b, v12.16b                        ; 8B1DAC4E
fcvtns v10.4s, v10.4s                       ; 4AA9214E
shl v10.4s, v10.4s, 23                      ; 4A55374F
mov w16, 1065353216                         ; 10F0A752
dup v12.4s, w16                             ; 0C0E044E
add v10.4s, v10.4s, v12.4s                  ; 4A85AC4E
fmul v0.4s, v11.4s, v10.4s                  ; 60DD2A6E
mov w16, 1065353216                         ; 10F0A752
dup v10.4s, w16                             ; 0A0E044E
fadd v0.4s, v0.4s, v10.4s                   ; 00D42A4E
fdiv v0.4s, v10.4s, v0.4s                   ; 40FD206E
fmul v0.4s, v0.4s, v13.4s                   ; 00DC2D6E
str q0, [x3]                                ; 6000803D
add x1, x1, 16                              ; 21400091
add x3, x3, 16                              ; 63400091
subs x4, x4, 1                              ; 840400F1
b.ne L2                                     ; 61F7FF54
L3:
ldp d8, d9, [sp]                            ; E827406D
ldp d10, d11, [sp, 16]                      ; EA2F416D
ldp d12, d13, [sp, 32]                      ; EC37426D
ldp d14, d15, [sp, 48]                      ; EE3F436D
add sp, sp, 64                              ; FF030191
ret x30                                     ; C0035FD6

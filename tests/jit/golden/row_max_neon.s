sub sp, sp, 64                              ; FF0301D1
stp d8, d9, [sp]                            ; E827006D
stp d10, d11, [sp, 16]                      ; EA2F016D
stp d12, d13, [sp, 32]                      ; EC37026D
stp d14, d15, [sp, 48]                      ; EE3F036D
ldr x1, [x0]                                ; 010040F9
ldr x7, [x0, 32]                            ; 071040F9
ldr x4, [x0, 64]                            ; 042040F9
L0:
ldr x2, [x0, 8]                             ; 020440F9
ldr x3, [x0, 16]                            ; 030840F9
mov w16, 4286578688                         ; 10F0BF52
dup v0.4s, w16                              ; 000E044E
mov v1.16b, v0.16b                          ; 011CA04E
mov v2.16b, v0.16b                          ; 021CA04E
mov v3.16b, v0.16b                          ; 031CA04E
cbz x3, L2                                  ; 030000B4
L1:
ldrsw x5, [x2]                              ; 450080B9
add x5, x5, x1                              ; A500018B
add x2, x2, 8                               ; 42200091
ldur q4, [x5, 16]                           ; A400C13C
fmax v0.4s, v0.4s, v4.4s                    ; 00F4244E
ldur q5, [x5, 32]                           ; A500C23C
fmax v1.4s, v1.4s, v5.4s                    ; 21F4254E
ldur q6, [x5, 48]                           ; A600C33C
fmax v2.4s, v2.4s, v6.4s                    ; 42F4264E
ldur q7, [x5, 64]                           ; A700C43C
fmax v3.4s, v3.4s, v7.4s                    ; 63F4274E
subs x3, x3, 1                              ; 630400F1
b.ne L1                                     ; 81FEFF54
L2:
mov v31.16b, v0.16b                         ; 1F1CA04E
fmax v31.4s, v31.4s, v1.4s                  ; FFF7214E
str q31, [x7]                               ; FF00803D
mov v31.16b, v1.16b                         ; 3F1CA14E
fmax v31.4s, v31.4s, v2.4s                  ; FFF7224E
fmax v31.4s, v31.4s, v3.4s                  ; FFF7234E
str q31, [x7, 16]                           ; FF04803D
add x1, x1, 128                             ; 21000291
add x7, x7, 128                             ; E7000291
subs x4, x4, 1                              ; 840400F1
b.ne L0                                     ; 21FCFF54
ldp d8, d9, [sp]                            ; E827406D
ldp d10, d11, [sp, 16]                      ; EA2F416D
ldp d12, d13, [sp, 32]                      ; EC37426D
ldp d14, d15, [sp, 48]                      ; EE3F436D
add sp, sp, 64                              ; FF030191
ret x30                                     ; C0035FD6

mov rsi, [rdi]                              ; 488B37
mov r11, [rdi+32]                           ; 4C8B5F20
mov r8, [rdi+64]                            ; 4C8B4740
L0:
mov rdx, [rdi+8]                            ; 488B5708
mov rcx, [rdi+16]                           ; 488B4F10
mov eax, 4286578688                         ; B8000080FF
vmovd xmm0, eax                             ; C5F96EC0
vbroadcastss zmm0, xmm0                     ; 62F27D4818C0
vmovaps zmm1, zmm0                          ; 62F17C4828C8
vmovaps zmm2, zmm0                          ; 62F17C4828D0
vmovaps zmm3, zmm0                          ; 62F17C4828D8
test rcx, rcx                               ; 4885C9
jz L2                                       ; 0F84........
L1:
movsxd r9, dword ptr [rdx]                  ; 4C630A
add r9, rsi                                 ; 4901F1
add rdx, 8                                  ; 4883C208
vcmpps k1, zmm0, zmm0, 7                    ; 62F17C48C2C807
vmaxps zmm0 {k1}, zmm0, zmmword ptr [r9+64] ; 62D17C495F4101
vcmpps k1, zmm1, zmm1, 7                    ; 62F17448C2C907
vmaxps zmm1 {k1}, zmm1, zmmword ptr [r9+128]; 62D174495F4902
vcmpps k1, zmm2, zmm2, 7                    ; 62F16C48C2CA07
vmaxps zmm2 {k1}, zmm2, zmmword ptr [r9+192]; 62D16C495F5103
vcmpps k1, zmm3, zmm3, 7                    ; 62F16448C2CB07
vmaxps zmm3 {k1}, zmm3, zmmword ptr [r9+256]; 62D164495F5904
sub rcx, 1                                  ; 4883E901
short jnz L1                                ; 75B8
L2:
vmovaps zmm31, zmm0                         ; 62617C4828F8
vcmpps k1, zmm31, zmm31, 7                  ; 62910440C2CF07
vmaxps zmm31 {k1}, zmm31, zmm1              ; 626104415FF9
vmovups [r11], zmm31                        ; 62417C48113B
vmovaps zmm31, zmm1                         ; 62617C4828F9
vcmpps k1, zmm31, zmm31, 7                  ; 62910440C2CF07
vmaxps zmm31 {k1}, zmm31, zmm2              ; 626104415FFA
vcmpps k1, zmm31, zmm31, 7                  ; 62910440C2CF07
vmaxps zmm31 {k1}, zmm31, zmm3              ; 626104415FFB
vmovups [r11+64], zmm31                     ; 62417C48117B01
add rsi, 512                                ; 4881C600020000
add r11, 512                                ; 4981C300020000
sub r8, 1                                   ; 4983E801
jnz L0                                      ; 0F852EFFFFFF
vzeroupper                                  ; C5F877
ret                                         ; C3

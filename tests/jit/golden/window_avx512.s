mov eax, 4286578688                         ; B8000080FF
vmovd xmm0, eax                             ; C5F96EC0
vbroadcastss zmm0, xmm0                     ; 62F27D4818C0
vmovaps zmm1, zmm0                          ; 62F17C4828C8
mov rsi, [rdi]                              ; 488B37
mov rdx, [rdi+8]                            ; 488B5708
mov rcx, [rdi+16]                           ; 488B4F10
mov r8, [rdi+24]                            ; 4C8B4718
test rcx, rcx                               ; 4885C9
jz L1                                       ; 0F84........
L0:
movsxd r9, dword ptr [rdx]                  ; 4C630A
add r9, rsi                                 ; 4901F1
add rdx, 8                                  ; 4883C208
vmaxps zmm0, zmm0, zmmword ptr [r9]         ; 62D17C485F01
vmaxps zmm1, zmm1, zmmword ptr [r9+128]     ; 62D174485F4902
sub rcx, 1                                  ; 4883E901
short jnz L0                                ; 75E3
L1:
mov r11, [rdi+32]                           ; 4C8B5F20
vmovups [r11], zmm0                         ; 62D17C481103
vmovups [r11+64], zmm1                      ; 62D17C48114B01
vzeroupper                                  ; C5F877
ret                                         ; C3
